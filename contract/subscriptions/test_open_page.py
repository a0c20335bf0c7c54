"""A page that waits for a card holds the account's one place; its owner can turn away from it at any time."""

from collections.abc import Callable

import pytest

from fixtures.bench import Bench
from fixtures.client import Member
from fixtures.client.subscriptions import Plan
from fixtures.hosted import pay_on_page

PRO = Plan("prc_pro_month", "pro", "Pro, monthly", "month", 999, "usd")
ENTERPRISE = Plan("prc_enterprise_month", "enterprise", "Enterprise, monthly", "month", 9900, "usd")


def _page_for(member: Member, plan: Plan, **wish: bool) -> str:
    """Open the page of a plan, and return its address."""
    opened = member.subscription.subscribe(plan, key=f"page-{plan.price_id}", payment_method=None, **wish)
    assert opened.status == 201, opened.text
    assert opened.value.next_action, opened.text
    return opened.value.next_action.url


@pytest.mark.proves("A4.1")
def test_another_plan_closes_the_page_of_the_first(member: Member) -> None:
    first = _page_for(member, PRO)

    second = _page_for(member, ENTERPRISE)

    assert second != first
    assert not pay_on_page(first).is_redirect, "The page that was given up still takes a card."
    assert pay_on_page(second).is_redirect
    began = member.subscription.refresh()
    assert (began.value.status, began.value.plan.price_id) == ("active", ENTERPRISE.price_id), began.text


@pytest.mark.proves("A4.1")
def test_a_page_that_was_just_paid_has_begun_and_the_second_plan_is_refused(member: Member, bench: Bench) -> None:
    first = _page_for(member, PRO)
    bench.stripe.pause_webhooks()
    try:
        assert pay_on_page(first).is_redirect
        refused = member.subscription.subscribe(ENTERPRISE, key="second", payment_method=None)
    finally:
        bench.stripe.resume_webhooks()

    assert refused.problem.slug == "subscription-exists", refused.text
    began = member.subscription.current()
    assert (began.value.status, began.value.plan.price_id) == ("active", PRO.price_id), began.text
    assert [payment.amount for payment in member.payments().value.items] == [PRO.amount]


def test_the_same_plan_is_finished_on_the_page_that_is_open(member: Member) -> None:
    first = _page_for(member, PRO)

    again = member.subscription.subscribe(PRO, key="another", payment_method=None)

    assert again.problem.slug == "subscription-exists", again.text
    assert again.problem.extras["url"] == first


def test_a_page_that_does_not_close_holds_its_place(member: Member, bench: Bench) -> None:
    first = _page_for(member, PRO)
    fault = bench.stripe.fault("error_500_before", route="POST /v1/checkout/sessions/{id}/expire", times=None)
    try:
        refused = member.subscription.subscribe(ENTERPRISE, key="second", payment_method=None)
        assert bench.stripe.bit(fault) > 0
    finally:
        bench.stripe.clear_faults()

    assert refused.problem.slug == "processor-unavailable", refused.text
    current = member.subscription.current().value
    assert current.next_action
    assert current.next_action.url == first
    # Nothing of it is kept: the same key does it as soon as the processor answers.
    again = member.subscription.subscribe(ENTERPRISE, key="second", payment_method=None)
    assert (again.status, again.value.plan.price_id) == (201, ENTERPRISE.price_id), again.text


@pytest.mark.proves("A4.1")
def test_a_trial_that_was_given_up_is_not_used_up(new_member: Callable[[], Member]) -> None:
    member = new_member()
    _page_for(member, PRO, trial=True)
    _page_for(member, ENTERPRISE)

    page = member.subscription.subscribe(PRO, key="again", payment_method=None, trial=True)

    assert page.status == 201, page.text
