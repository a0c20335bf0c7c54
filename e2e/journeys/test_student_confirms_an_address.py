import pytest
from playwright.sync_api import Page, expect

from e2e.pages import account, mailed
from e2e.pages.sign_up import sign_up
from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.links import CONFIRM, link_in

REMINDER = "Confirm your address"


@pytest.mark.proves("A15.7")
def test_the_link_of_the_first_mail_confirms_the_address(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    expect(page.get_by_label("Your address")).to_contain_text(REMINDER)
    account.show(page)
    expect(account.address(page)).to_contain_text("Not confirmed yet")

    mailed.confirm_address(page, link_in(bench.mailbox.wait_for(to=ada.email, subject=CONFIRM)), ada.email)

    expect(account.address(page).get_by_text("Confirmed", exact=True)).to_be_visible()
    page.goto("/pricing")
    expect(page.get_by_text(REMINDER)).to_have_count(0)


@pytest.mark.proves("A15.7")
def test_a_link_that_was_used_says_so_and_shows_the_way(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    link = link_in(bench.mailbox.wait_for(to=ada.email, subject=CONFIRM))
    mailed.confirm_address(page, link, ada.email)

    page.goto(link)

    expect(page.get_by_role("heading", level=1)).to_have_text("This link has been used")
    expect(page.get_by_role("link", name="Go to your account")).to_be_visible()
