from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.pages import account
from e2e.pages.sign_up import log_in, sign_up
from fixtures.builders import Person


@pytest.fixture
def telephone(open_browser: Callable[..., BrowserContext], page: Page, ada: Person) -> Page:
    """A second device of hers; `page` is the first."""
    sign_up(page, ada)
    second = open_browser(viewport={"width": 360, "height": 740}).new_page()
    log_in(second, ada)
    return second


@pytest.mark.proves("A15.9")
def test_every_session_ends_on_every_device(page: Page, telephone: Page) -> None:
    account.show(page)
    expect(account.sessions(page)).to_have_count(2)

    account.end_every_session(page)

    for each in (page, telephone):
        account.show(each)
        expect(each.get_by_role("heading", level=1)).to_have_text("Welcome back")


@pytest.mark.proves("A15.9")
def test_one_session_ends_and_the_other_goes_on(page: Page, telephone: Page) -> None:
    account.show(telephone)

    account.sessions(telephone).get_by_role("button", name="End").click()

    expect(account.sessions(telephone)).to_have_count(1)
    account.show(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
