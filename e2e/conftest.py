"""The browser, and what is kept of a journey: a screenshot of its end always, its trace when it failed."""

import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from fixtures.bench import Bench
from fixtures.browser import launch_options
from fixtures.builders import Person, person
from fixtures.plugin import Evidence

_people = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("journeys")
    group.addoption("--headed", action="store_true", help="show the browser and slow it down to a human's pace")


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser for one file: as long as Playwright is open, no other test of the process may run an event loop."""
    headed = bool(request.config.getoption("--headed"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(headless=not headed, slow_mo=400 if headed else 0, **launch_options())
        yield browser
        browser.close()


@pytest.fixture
def open_browser(
    browser: Browser, bench: Bench, evidence: Evidence, request: pytest.FixtureRequest
) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser of one person, fresh and traced; the keywords are Playwright's for a context."""
    opened: list[BrowserContext] = []

    def open_one(**settings: object) -> BrowserContext:
        context = browser.new_context(base_url=bench.url, locale="en-GB", **settings)  # type: ignore[arg-type]
        context.set_default_timeout(30_000)
        context.tracing.start(screenshots=True, snapshots=True)
        opened.append(context)
        return context

    yield open_one
    for number, context in enumerate(opened):
        _keep(context, evidence, f"{_slug(request.node.nodeid)}-{number}")
        context.close()


@pytest.fixture
def page(open_browser: Callable[..., BrowserContext]) -> Page:
    return open_browser().new_page()


@pytest.fixture
def ada(bench: Bench) -> Person:
    """A person whom nobody has met."""
    return person(bench.run_id, "journey", next(_people))


def _keep(context: BrowserContext, evidence: Evidence, name: str) -> None:
    folder = evidence.folder / "journeys"
    folder.mkdir(parents=True, exist_ok=True)
    for page in context.pages[-1:]:
        evidence.link("screenshot", _shot(page, folder / f"{name}.png"))
    trace = folder / f"{name}.trace.zip" if evidence.failed else None
    context.tracing.stop(path=trace)
    if trace:
        evidence.link("trace", trace)


def _shot(page: Page, path: Path) -> Path:
    page.screenshot(path=path, full_page=True)
    return path


def _slug(nodeid: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", nodeid.partition("::")[2].lower()).strip("-")
