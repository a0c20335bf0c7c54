import pytest
from playwright.sync_api import Page, expect

from e2e.pages import authentication, checkout, hosted_checkout, pricing, receipt
from e2e.pages.sign_up import sign_up
from fixtures.bench import Bench
from fixtures.builders import Person

COURSE = "Python from the ground up"


@pytest.mark.proves("B1.2", "A1.3")
def test_a_declined_card_charges_nothing_and_another_card_pays(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    pricing.choose(page, COURSE)
    checkout.go_to_hosted_page(page)
    hosted_checkout.pay(page, hosted_checkout.DECLINED)
    expect(page.get_by_role("alert")).to_contain_text("declined")

    hosted_checkout.pay(page, hosted_checkout.VISA)

    receipt.expect_paid(page, "49.00")
    [payment] = bench.payments_of(ada)
    assert payment.status == "succeeded"
    assert len(bench.mailbox.messages(to=ada.email, subject="receipt")) <= 1


@pytest.mark.proves("B1.2", "A1.4")
def test_3d_secure_pays_after_the_bank_has_asked(page: Page, ada: Person) -> None:
    sign_up(page, ada)
    pricing.choose(page, COURSE)
    checkout.go_to_hosted_page(page)
    hosted_checkout.pay(page, hosted_checkout.ASKS_3D_SECURE)

    authentication.complete(page)

    receipt.expect_paid(page, "49.00")


@pytest.mark.proves("B1.2", "A1.4")
def test_3d_secure_that_fails_charges_nothing_and_another_card_pays(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    pricing.choose(page, COURSE)
    checkout.go_to_hosted_page(page)
    hosted_checkout.pay(page, hosted_checkout.ASKS_3D_SECURE)

    authentication.fail(page)

    expect(page.get_by_role("alert")).to_be_visible()
    assert bench.payments_of(ada)[0].status == "requires_action"
    hosted_checkout.pay(page, hosted_checkout.VISA)
    receipt.expect_paid(page, "49.00")
