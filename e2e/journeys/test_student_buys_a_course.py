"""A stranger becomes a student who owns a course: the journey that the whole product exists for."""

import pytest
from playwright.sync_api import Page, expect

from e2e.pages import checkout, history, hosted_checkout, pricing, receipt
from e2e.pages.sign_up import sign_up
from fixtures.bench import Bench
from fixtures.builders import Person

COURSE = "Python from the ground up"


@pytest.mark.proves("B1.1", "A1.5", "A1.6")
def test_sign_up_pay_receipt_mail_and_history(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    pricing.choose(page, COURSE)
    checkout.go_to_hosted_page(page)
    hosted_checkout.pay(page, hosted_checkout.VISA)

    payment_id = receipt.expect_paid(page, "49.00")
    mail = bench.mailbox.wait_for(to=ada.email, subject="receipt", timeout_s=15)
    assert COURSE in mail.text
    assert payment_id in mail.text, f"The mail does not lead to the receipt:\n{mail.text}"
    expect(history.rows(page).filter(has_text=COURSE)).to_have_count(1)


@pytest.mark.proves("A1.5")
def test_a_forged_return_address_proves_no_payment(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    pricing.choose(page, COURSE)
    checkout.go_to_hosted_page(page)
    [open_payment] = bench.payments_of(ada)

    page.goto(f"/payments/return?payment_id={open_payment.payment_id}&redirect_status=succeeded")

    expect(page.get_by_role("main")).not_to_contain_text("Paid")
    assert bench.payments_of(ada)[0].status == "requires_action"
