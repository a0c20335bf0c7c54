"""Months in seconds: the clock of the system and of the processor is moved, and what falls due happens."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from e2e.pages import hosted_checkout, plan
from e2e.pages.sign_up import log_in, sign_up
from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.client.subscriptions import Subscription
from fixtures.plugin import log_folder
from fixtures.polling import eventually

COURSE = "Python from the ground up"
A_MONTH = timedelta(days=31, hours=2)
GRACE = timedelta(days=7)


@pytest.fixture(scope="module")
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A system whose clock these journeys move."""
    with Bench.start(clock="movable", log_dir=log_folder(request.config, tmp_path_factory, "movable")) as bench:
        yield bench


@pytest.mark.proves("A3.4", "A4.3")
def test_a_downgrade_waits_for_the_period_and_then_costs_less(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    plan.subscribe(page, "Enterprise", "month")
    plan.ask_what_it_costs(page, "Pro, monthly")
    assert plan.quoted(page) == 0
    plan.confirm_change(page)
    plan.expect_state(page, "Enterprise, monthly", "Active")

    bench.clock.advance(A_MONTH)
    _wait_for(bench, ada, lambda seen: seen.plan.price_id == "prc_pro_month")
    log_in(page, ada)  # A session lasts for thirty days.

    plan.expect_state(page, "Pro, monthly", "Active")
    assert [payment.amount for payment in bench.payments_of(ada)] == [999, 9900]
    assert "9.99" in bench.mailbox.wait_for(to=ada.email, subject="renew", timeout_s=15).text


@pytest.mark.proves("A3.4", "A4.5")
def test_a_failed_renewal_closes_after_the_grace_and_a_new_card_opens_it(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    plan.subscribe(page, "Pro", "month")
    plan.use_another_card(page, hosted_checkout.DECLINED_LATER)
    expect(page.get_by_role("status")).to_contain_text("new card is used")

    bench.clock.advance(A_MONTH)
    _wait_for(bench, ada, lambda seen: seen.status == "past_due")
    log_in(page, ada)
    plan.expect_state(page, "Pro, monthly", "Payment owed")
    plan.expect_course(page, COURSE, is_open=True)

    bench.clock.advance(GRACE)
    plan.expect_state(page, "Pro, monthly", "Closed until paid")
    plan.expect_course(page, COURSE, is_open=False)

    plan.use_another_card(page, hosted_checkout.VISA)
    expect(page.get_by_role("status")).to_contain_text("new card is used")
    plan.expect_state(page, "Pro, monthly", "Active")
    plan.expect_course(page, COURSE, is_open=True)
    assert [payment.amount for payment in bench.payments_of(ada)] == [999, 999]


def _wait_for(bench: Bench, ada: Person, holds: Callable[[Subscription], bool]) -> None:
    """Wait until the processor's events have told the system."""
    subscription = bench.as_member(ada).subscription
    eventually(lambda: subscription.current().value, holds)
