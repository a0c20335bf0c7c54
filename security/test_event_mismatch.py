"""A truly signed event that does not fit its payment is received, kept aside for a person, and moves nothing."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from fixtures.bench import Bench
from fixtures.builders import sign, stripe_event
from fixtures.client import Auditor, Item, Member, Processor
from fixtures.client.subscriptions import Plan

COURSE: Final = "itm_course_python"
PRO_MONTH: Final = Plan("prc_pro_month", "pro", "Pro, monthly", "month", 999, "usd")
NEEDS_THE_BANK: Final = "pm_card_threeDSecure2Required"

Object = dict[str, Any]
Misfit = Callable[[Object, str], tuple[Object, bool]]

MISFITS: Final[Mapping[str, Misfit]] = {
    "live-mode": lambda intent, _: ({**intent, "livemode": True}, True),
    "smaller-amount": lambda intent, _: ({**intent, "amount": 1, "amount_received": 1}, False),
    "other-currency": lambda intent, _: ({**intent, "currency": "jpy"}, False),
    "unknown-object": lambda intent, _: ({**intent, "id": "pi_nobody_knows_this_one"}, False),
    "other-customer": lambda intent, _: ({**intent, "customer": "cus_somebody_else"}, False),
    "another-members-payment": lambda intent, other: ({**intent, "metadata": {"payment_id": other}}, False),
    "no-payment-of-ours": lambda intent, _: ({**intent, "metadata": {}}, False),
}
"""From the processor's own object and the id of another member's payment to an object that does not fit."""


@pytest.fixture
def waiting(member: Member, catalogue: Mapping[str, Item]) -> str:
    return member.pay(catalogue[COURSE], key="open", payment_method=NEEDS_THE_BANK).value.payment_id


@pytest.fixture
def anothers(new_member: Callable[[], Member], catalogue: Mapping[str, Item]) -> str:
    return new_member().pay(catalogue[COURSE], key="open", payment_method=NEEDS_THE_BANK).value.payment_id


@pytest.mark.parametrize("misfit", MISFITS)
@pytest.mark.proves("B3.1")
def test_an_event_that_does_not_fit_is_kept_aside_and_moves_nothing(
    bench: Bench, processor: Processor, auditor: Auditor, waiting: str, anothers: str, *, misfit: str
) -> None:
    intent, livemode = MISFITS[misfit](_intent_of(bench, waiting), anothers)
    body = _succeeded(intent, f"evt_{misfit.replace('-', '')}{waiting[4:]}", livemode=livemode)
    before = (_states(auditor, waiting, anothers), list(auditor.ledger_entries()))

    reply = processor.deliver(body, sign(body, bench.stripe.endpoint_secret, int(bench.clock.now().timestamp())))

    assert reply.status == 200, reply.text
    assert (_states(auditor, waiting, anothers), list(auditor.ledger_entries())) == before
    kept = [event for event in auditor.webhook_events() if event["event_id"].endswith(waiting[4:])]
    assert [event["outcome"] for event in kept] == ["parked"], kept


@pytest.mark.proves("B3.1")
def test_metadata_of_a_subscription_open_no_plan_to_anybody(
    bench: Bench, processor: Processor, member: Member, new_member: Callable[[], Member]
) -> None:
    """What is typed into an object at the processor's desk is not what was bought."""
    begun, other = member.subscription.subscribe(PRO_MONTH, key="begin").value, new_member()
    subscriptions = bench.stripe.listed("subscriptions")
    real = next(each for each in subscriptions if each["metadata"]["subscription_id"] == begun.subscription_id)
    named = {"account_id": other.account_id, "price_id": "prc_enterprise_month"}
    forged = {**real, "metadata": {**real["metadata"], **named}}
    event_id = f"evt_metadata{begun.subscription_id[4:]}"
    body = stripe_event("customer.subscription.updated", forged, event_id=event_id)

    reply = processor.deliver(body, sign(body, bench.stripe.endpoint_secret, int(bench.clock.now().timestamp())))

    assert reply.status == 200, reply.text
    assert [each.entitlements().value.tier.tier for each in (member, other)] == ["pro", "free"]
    assert member.subscription.current().value.plan == PRO_MONTH


def _intent_of(bench: Bench, payment_id: str) -> Object:
    """The processor's own object, as it stands in an event about it."""
    told: list[Object] = [
        event["data"]["object"] for event in bench.stripe.events() if event["type"].startswith("payment_intent.")
    ]
    return next(intent for intent in told if intent["metadata"].get("payment_id") == payment_id)


def _succeeded(intent: Object, event_id: str, *, livemode: bool) -> bytes:
    paid = {**intent, "status": "succeeded"}
    return stripe_event("payment_intent.succeeded", paid, event_id=event_id, livemode=livemode)


def _states(auditor: Auditor, *payment_ids: str) -> list[str]:
    return [payment.status for payment in auditor.all_payments() if payment.payment_id in payment_ids]
