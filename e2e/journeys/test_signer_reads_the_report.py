"""Whoever signs opens the report: in light or dark, on a desk or a telephone, without scripts, with a screen reader."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.proves("C7.2")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report of made-up evidence with something of every kind in it."""
    folder: Path = tmp_path_factory.mktemp("report")
    subprocess.run(
        [sys.executable, "-m", "readiness.tests.made_up", str(folder), "--scope", "payments"], check=True, timeout=60
    )
    return (folder / "index.html").as_uri()


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(color_scheme=request.param, viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def test_it_has_no_accessibility_violation(page: Page, report: str) -> None:
    page.goto(report)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_nothing_is_cut_off_on_a_narrow_screen(page: Page, report: str) -> None:
    page.goto(report)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_it_reads_without_scripts(browser: Browser, report: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report)
    expect(page.get_by_role("heading", level=1)).to_have_text("NO-GO")
    evidence = page.locator("#A2").get_by_text("contract/test_refunds.py::test_parallel")
    expect(evidence).to_be_hidden()
    page.locator("#A2 > summary").click()
    page.locator("#A2").get_by_text("1 of 3 checks failed.").click()
    expect(evidence).to_be_visible()
    context.close()
