from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.pages import account, mailed
from e2e.pages.sign_up import fill_in, log_in, log_out, sign_up
from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.links import RESET, link_in

NEW = "another-horse-altogether"


@pytest.mark.proves("A15.8")
def test_a_forgotten_password_is_replaced_by_the_link_of_a_mail(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    log_out(page)
    mailed.ask_for_reset(page, ada.email)

    mailed.set_password(page, link_in(bench.mailbox.wait_for(to=ada.email, subject=RESET)), NEW)

    fill_in(page, ada)
    expect(page.get_by_role("alert")).to_contain_text("Email or password is wrong")
    log_in(page, replace(ada, password=NEW))


@pytest.mark.proves("A15.8")
def test_a_new_password_turns_out_who_was_inside(
    page: Page, open_browser: Callable[..., BrowserContext], bench: Bench, ada: Person
) -> None:
    sign_up(page, ada)
    elsewhere = open_browser().new_page()
    mailed.ask_for_reset(elsewhere, ada.email)

    mailed.set_password(elsewhere, link_in(bench.mailbox.wait_for(to=ada.email, subject=RESET)), NEW)

    account.show(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
