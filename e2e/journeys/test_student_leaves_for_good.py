"""Somebody takes his data along, and is gone; what he bought stays in the books without his name."""

import pytest
from playwright.sync_api import Page, expect

from e2e.pages import checkout, data, hosted_checkout, pricing, receipt
from e2e.pages.sign_up import fill_in, sign_up
from fixtures.bench import Bench
from fixtures.builders import Person

COURSE = "Python from the ground up"


@pytest.mark.proves("A15.6")
def test_data_is_taken_along_and_then_erased(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    pricing.choose(page, COURSE)
    checkout.go_to_hosted_page(page)
    hosted_checkout.pay(page, hosted_checkout.VISA)
    payment_id = receipt.expect_paid(page, "49.00")

    held = data.download(page)
    data.erase(page, ada.password)

    expect(page.get_by_role("heading", level=1)).to_have_text("Your data is erased")
    assert (held["account"]["email"], held["payments"][0]["payment_id"]) == (ada.email, payment_id)
    fill_in(page, ada)
    expect(page.get_by_role("alert")).to_contain_text("Email or password is wrong")
    assert payment_id in {payment.payment_id for payment in bench.as_auditor().all_payments()}


@pytest.mark.proves("A15.6")
def test_an_open_payment_is_named_before_anything_is_erased(page: Page, ada: Person) -> None:
    sign_up(page, ada)
    pricing.choose(page, COURSE)
    checkout.go_to_hosted_page(page)

    data.erase(page, ada.password)

    expect(page.get_by_role("alert")).to_contain_text("still on its way")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
