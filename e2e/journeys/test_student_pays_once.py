"""Impatience must not cost: a second click, a second tab, a reload."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from e2e.pages import checkout, hosted_checkout, pricing, receipt
from e2e.pages.sign_up import sign_up
from fixtures.bench import Bench
from fixtures.builders import Person

COURSE = "Python from the ground up"


@pytest.mark.proves("B1.2", "A2.6")
def test_a_double_click_on_both_pay_buttons_pays_once(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    pricing.choose(page, COURSE)
    checkout.pay_button(page).dblclick()
    page.wait_for_url("**/c/pay/**")
    hosted_checkout.type_card(page, hosted_checkout.VISA)
    hosted_checkout.pay_button(page).dblclick()

    receipt.expect_paid(page, "49.00")
    [payment] = bench.payments_of(ada)
    assert payment.status == "succeeded"
    assert len(bench.stripe.charges_of(payment.processor_payment_id)) == 1


@pytest.mark.proves("B1.2", "A2.6")
def test_two_tabs_lead_to_one_payment(open_browser: Callable[..., BrowserContext], bench: Bench, ada: Person) -> None:
    context = open_browser()
    first, second = context.new_page(), context.new_page()
    sign_up(first, ada)
    pricing.choose(first, COURSE)
    pricing.choose(second, COURSE)
    checkout.go_to_hosted_page(first)
    checkout.pay_button(second).click()
    second.wait_for_load_state()

    hosted_checkout.pay(first, hosted_checkout.VISA)

    receipt.expect_paid(first, "49.00")
    paid = [payment for payment in bench.payments_of(ada) if payment.status == "succeeded"]
    assert len(paid) == 1
