import pytest
from playwright.sync_api import Page, expect

from e2e.pages import checkout, history, hosted_checkout, pricing, receipt
from e2e.pages.sign_up import sign_up
from fixtures.bench import Bench
from fixtures.builders import Person

COURSE = "Python from the ground up"


@pytest.mark.proves("B1.2")
def test_a_refund_is_shown_booked_and_confirmed_by_mail(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    pricing.choose(page, COURSE)
    checkout.go_to_hosted_page(page)
    hosted_checkout.pay(page, hosted_checkout.VISA)
    receipt.expect_paid(page, "49.00")

    receipt.ask_for_refund(page)

    expect(history.rows(page).filter(has_text=COURSE)).to_contain_text("Refunded")
    [payment] = bench.payments_of(ada)
    assert payment.refunded_amount == payment.amount
    assert "49.00" in bench.mailbox.wait_for(to=ada.email, subject="refund", timeout_s=15).text
