"""What a subscriber does with a plan: another one, an end, the end taken back, a pause."""

import pytest
from playwright.sync_api import Page, expect

from e2e.pages import plan
from e2e.pages.sign_up import sign_up
from fixtures.bench import Bench
from fixtures.builders import Person

COURSE = "Python from the ground up"


@pytest.fixture
def subscriber(page: Page, ada: Person) -> Page:
    """A browser of somebody with Pro by the month."""
    sign_up(page, ada)
    plan.subscribe(page, "Pro", "month")
    return page


@pytest.mark.proves("B1.3", "A4.2", "A3.4")
def test_an_upgrade_charges_exactly_what_was_shown(subscriber: Page, bench: Bench, ada: Person) -> None:
    plan.ask_what_it_costs(subscriber, "Enterprise, monthly")
    shown = plan.quoted(subscriber)

    plan.confirm_change(subscriber)

    plan.expect_state(subscriber, "Enterprise, monthly", "Active")
    upgrade, first = bench.payments_of(ada)
    assert first.amount == 999
    assert 0 < shown == upgrade.amount
    assert [charge["amount"] for charge in bench.stripe.charges_of(upgrade.processor_payment_id)] == [shown]


@pytest.mark.proves("A4.2")
def test_a_quote_of_another_state_is_replaced_by_a_fresh_one(subscriber: Page, bench: Bench, ada: Person) -> None:
    plan.ask_what_it_costs(subscriber, "Enterprise, monthly")
    in_a_second_tab = subscriber.context.new_page()
    plan.ask_what_it_costs(in_a_second_tab, "Pro, yearly")
    plan.confirm_change(in_a_second_tab)

    subscriber.get_by_role("button", name="Change").click()

    expect(subscriber.get_by_role("alert")).to_contain_text("no longer holds, and nothing was charged")
    assert len(bench.payments_of(ada)) == 2
    subscriber.get_by_role("button", name="Change").click()
    expect(subscriber.get_by_role("status")).to_contain_text("changes with the next period")


@pytest.mark.proves("B1.3", "A4.4")
def test_an_end_is_taken_back_and_the_plan_goes_on(subscriber: Page, bench: Bench, ada: Person) -> None:
    plan.show(subscriber)
    subscriber.get_by_role("link", name="Cancel").click()
    subscriber.get_by_role("button", name="Cancel at the end").click()
    expect(subscriber.get_by_role("status")).to_contain_text("stays open until then")
    plan.expect_state(subscriber, "Pro, monthly", "Ends soon")
    plan.expect_course(subscriber, COURSE, is_open=True)

    plan.press(subscriber, "Keep my plan")

    plan.expect_state(subscriber, "Pro, monthly", "Active")
    assert len(bench.payments_of(ada)) == 1


@pytest.mark.proves("A4.4", "A3.4")
def test_an_end_at_once_gives_back_what_was_shown(subscriber: Page, bench: Bench, ada: Person) -> None:
    plan.show(subscriber)
    subscriber.get_by_role("link", name="Cancel").click()
    shown = plan.coming_back(subscriber)

    subscriber.get_by_role("button", name="Cancel now").click()

    plan.expect_state(subscriber, "Pro, monthly", "Ended")
    plan.expect_course(subscriber, COURSE, is_open=False)
    [payment] = bench.payments_of(ada)
    # Nobody waits for minutes here: a month of 9.99 loses a cent in less than an hour and a half.
    assert payment.refunded_amount == shown == 999


@pytest.mark.proves("A4.5")
def test_a_pause_closes_the_plan_and_a_resumption_opens_it(subscriber: Page, bench: Bench, ada: Person) -> None:
    plan.press(subscriber, "Pause")
    plan.expect_state(subscriber, "Pro, monthly", "Paused")
    plan.expect_course(subscriber, COURSE, is_open=False)

    plan.press(subscriber, "Resume")

    plan.expect_state(subscriber, "Pro, monthly", "Active")
    plan.expect_course(subscriber, COURSE, is_open=True)
    # The whole month stood still, and pays the period that the resumption began.
    assert sum(payment.amount for payment in bench.payments_of(ada)) == 999
