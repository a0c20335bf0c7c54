"""The events of a beginning, in whatever order they come: the subscription is what it has become."""

import itertools
from collections.abc import Iterator

import pytest

from contract.subscriptions.plans import PRO_MONTH
from fixtures.bench import Bench
from fixtures.client import Member
from fixtures.hosted import pay_on_page

EVENTS = (
    "customer.subscription.created",
    "customer.subscription.updated",
    "invoice.paid",
    "checkout.session.completed",
)


@pytest.fixture
def held(bench: Bench) -> Iterator[Bench]:
    """The bench with its events held back: each is delivered only when a test says so."""
    bench.stripe.pause_webhooks()
    yield bench
    bench.stripe.resume_webhooks()


@pytest.mark.parametrize("order", list(itertools.permutations(range(len(EVENTS)))), ids=str)
@pytest.mark.proves("A4.1", "C3.8")
def test_the_events_of_a_beginning_leave_it_active_in_any_order(
    held: Bench, member: Member, order: tuple[int, ...]
) -> None:
    waiting = member.subscription.subscribe(PRO_MONTH, key="page", payment_method=None).value
    assert waiting.next_action is not None
    pay_on_page(waiting.next_action.url)

    for position in order:
        held.stripe.resend(_event(held, EVENTS[position], waiting.subscription_id))

    begun = member.subscription.current().value
    assert (begun.status, begun.plan) == ("active", PRO_MONTH)
    assert member.entitlements().value.tier.tier == "pro"
    assert [payment.amount for payment in member.payments().value.items] == [PRO_MONTH.amount]


def _event(bench: Bench, kind: str, subscription_id: str) -> str:
    found = [each for each in bench.stripe.events() if each["type"] == kind and subscription_id in str(each)]
    assert found, f"The processor made no {kind} for {subscription_id}."
    return str(found[-1]["id"])
