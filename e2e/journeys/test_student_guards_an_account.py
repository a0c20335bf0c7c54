import pytest
from playwright.sync_api import Page, expect

from e2e.pages import account, mailed, second_factor
from e2e.pages.sign_up import fill_in, log_out, sign_up
from fixtures.authenticator import Authenticator
from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.links import CONFIRM, link_in

pytestmark = pytest.mark.proves("A15.10")


@pytest.fixture
def telephone(page: Page, bench: Bench, ada: Person) -> Authenticator:
    """Hers, which knows the secret; nothing asks for its codes yet, and the page waits for the first."""
    sign_up(page, ada)
    mailed.confirm_address(page, link_in(bench.mailbox.wait_for(to=ada.email, subject=CONFIRM)), ada.email)
    return Authenticator(second_factor.set_up(page, ada), bench.clock.now)


def test_a_code_of_the_telephone_is_asked_for_from_then_on(page: Page, ada: Person, telephone: Authenticator) -> None:
    second_factor.switch_on(page, telephone.code())
    log_out(page)
    fill_in(page, ada)

    second_factor.type_code(page, telephone.code())

    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    account.show(page)
    expect(page.get_by_role("region", name="Second factor")).to_contain_text("On")


def test_a_lost_telephone_is_replaced_by_a_recovery_code(page: Page, ada: Person, telephone: Authenticator) -> None:
    codes = second_factor.switch_on(page, telephone.code())
    log_out(page)
    fill_in(page, ada)
    second_factor.type_code(page, telephone.wrong_code())
    expect(page.get_by_text("This code is not right")).to_be_visible()

    second_factor.type_code(page, codes[0])

    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    second_factor.switch_off(page, ada, codes[1])
    expect(page.get_by_role("status")).to_contain_text("Your second factor is off")


def test_a_log_in_that_waits_goes_on_where_it_was_wanted(page: Page, ada: Person, telephone: Authenticator) -> None:
    second_factor.switch_on(page, telephone.code())
    log_out(page)
    page.goto("/history")
    page.get_by_label("Email").fill(ada.email)
    page.get_by_label("Password").fill(ada.password)
    page.get_by_role("button", name="Log in").click()

    second_factor.type_code(page, telephone.code())

    expect(page).to_have_url(f"{page.url.partition('/history')[0]}/history")


def test_a_mistyped_first_code_switches_nothing_on(page: Page, telephone: Authenticator) -> None:
    page.get_by_label("The code that the app shows").fill(telephone.wrong_code())
    page.get_by_role("button", name="Switch it on").click()

    expect(page.get_by_text("This code is not right")).to_be_visible()
    assert len(second_factor.switch_on(page, telephone.code())) == 10
