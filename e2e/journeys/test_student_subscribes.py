"""A stranger becomes a subscriber, by the processor's page, and what the plan opens is open at once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.pages import hosted_checkout, mailed, plan
from e2e.pages.sign_up import sign_up
from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.links import CONFIRM, link_in

COURSE = "Python from the ground up"


@pytest.mark.proves("B1.3", "A4.1", "A3.4")
def test_sign_up_confirm_subscribe_and_a_course_opens(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    mailed.confirm_address(page, link_in(bench.mailbox.wait_for(to=ada.email, subject=CONFIRM)), ada.email)
    plan.expect_course(page, COURSE, is_open=False)

    plan.subscribe(page, "Pro", "month")

    page.get_by_role("link", name="Open your courses").click()
    plan.expect_course(page, COURSE, is_open=True)
    plan.expect_state(page, "Pro, monthly", "Active")
    [payment] = bench.payments_of(ada)
    assert (payment.status, payment.amount) == ("succeeded", 999)
    assert "9.99" in bench.mailbox.wait_for(to=ada.email, subject="receipt", timeout_s=15).text


@pytest.mark.proves("A4.5")
def test_a_trial_opens_the_plan_and_charges_nothing(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    plan.choose(page, "Pro", "month")

    plan.trial_button(page).click()
    hosted_checkout.save(page, hosted_checkout.MASTERCARD)

    plan.expect_welcome(page, "Pro")
    plan.expect_state(page, "Pro, monthly", "Trial")
    plan.expect_course(page, COURSE, is_open=True)
    assert bench.payments_of(ada) == []


@pytest.mark.proves("A4.1")
def test_a_double_click_on_both_buttons_subscribes_once(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    plan.choose(page, "Enterprise", "month")
    plan.subscribe_button(page).dblclick()
    page.wait_for_url("**/c/pay/**")
    hosted_checkout.type_card(page, hosted_checkout.VISA)
    hosted_checkout.subscribe_button(page).dblclick()

    plan.expect_welcome(page, "Enterprise")
    [payment] = bench.payments_of(ada)
    assert len(bench.stripe.charges_of(payment.processor_payment_id)) == 1


@pytest.mark.proves("A4.1")
def test_two_tabs_lead_to_one_subscription(
    open_browser: Callable[..., BrowserContext], bench: Bench, ada: Person
) -> None:
    context = open_browser()
    first, second = context.new_page(), context.new_page()
    sign_up(first, ada)
    for tab in (first, second):
        plan.choose(tab, "Enterprise", "month")
    for tab in (first, second):
        plan.subscribe_button(tab).click()
        tab.wait_for_url("**/c/pay/**")

    assert first.url == second.url
    hosted_checkout.save(first, hosted_checkout.VISA)
    plan.expect_welcome(first, "Enterprise")
    assert [payment.amount for payment in bench.payments_of(ada)] == [9900]


@pytest.mark.proves("A4.1")
def test_who_turns_away_from_an_open_page_chooses_again(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    plan.choose(page, "Pro", "month")
    plan.trial_button(page).click()
    page.wait_for_url("**/c/pay/**")
    left = page.url

    plan.choose(page, "Enterprise", "month")
    expect(page.get_by_role("status")).to_contain_text("You have begun to subscribe to Pro, monthly")
    plan.subscribe_button(page).click()
    hosted_checkout.save(page, hosted_checkout.VISA)

    plan.expect_welcome(page, "Enterprise")
    page.goto(left)
    expect(hosted_checkout.subscribe_button(page)).to_have_count(0)
    assert [payment.amount for payment in bench.payments_of(ada)] == [9900]


def test_start_over_closes_the_page_and_leads_back_to_the_plans(page: Page, ada: Person) -> None:
    sign_up(page, ada)
    plan.choose(page, "Pro", "month")
    plan.trial_button(page).click()
    page.wait_for_url("**/c/pay/**")

    plan.show(page)
    page.get_by_role("button", name="Start over").click()

    page.wait_for_url("**/pricing")
    plan.expect_state(page, "Pro, monthly", "Ended")
