"""Subscribing: one live subscription and one charge, whatever is clicked, lost, declined or killed on the way."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from contract.subscriptions.plans import ENTERPRISE_MONTH, PLANS, PRO_MONTH, PRO_YEAR
from fixtures.bench import Bench
from fixtures.client import OMIT, Member, Reply
from fixtures.client.subscriptions import Subscription
from fixtures.customer_record import CustomerRecord
from fixtures.hosted import authenticate, pay_on_page
from fixtures.polling import eventually
from fixtures.together import at_once
from fixtures.witness import Witness

CROWD = 20
MONTH_DAYS, YEAR_DAYS = {28, 29, 30, 31}, {365, 366}


@pytest.mark.parametrize("price_id", PLANS)
@pytest.mark.proves("A4.1", "A3.4")
def test_each_plan_is_charged_once_and_opens_its_tier_at_once(member: Member, witness: Witness, price_id: str) -> None:
    plan = PLANS[price_id]

    begun = member.subscription.subscribe(plan, key="begin")

    assert (begun.status, begun.value.status, begun.value.plan) == (201, "active", plan), begun.text
    assert _days(begun.value) in (MONTH_DAYS if plan.interval == "month" else YEAR_DAYS)
    assert member.entitlements().value.tier.tier == plan.tier
    assert witness.charged() == [(plan.amount, "usd")]


@pytest.mark.proves("A4.1")
def test_the_same_request_again_gets_the_same_bytes_and_no_second_charge(member: Member, witness: Witness) -> None:
    first = member.subscription.subscribe(PRO_MONTH, key="once")
    again = member.subscription.subscribe(PRO_MONTH, key="once")

    assert (again.status, again.raw.content) == (first.status, first.raw.content), again.text
    assert (first.replayed, again.replayed) == (False, True)
    assert witness.charged() == [(999, "usd")]


@pytest.mark.proves("A4.1")
def test_a_key_with_another_plan_is_refused(member: Member, witness: Witness) -> None:
    member.subscription.subscribe(PRO_MONTH, key="once")

    refused = member.subscription.subscribe(ENTERPRISE_MONTH, key="once")

    assert (refused.status, refused.problem.slug) == (422, "idempotency-mismatch"), refused.text
    assert witness.charged() == [(999, "usd")]


REFUSED: Mapping[str, tuple[dict[str, Any], int, str]] = {
    "changed": ({"expected_amount": 998}, 409, "price-changed"),
    "unknown": ({"price_id": "prc_never_sold"}, 422, "not-a-plan"),
    "course": ({"price_id": "prc_course_python", "expected_amount": 4900}, 422, "not-a-plan"),
    "other-currency": ({"expected_currency": "eur"}, 409, "price-changed"),
    "no-price": ({"price_id": OMIT}, 422, "invalid-request"),
    "own-amount": ({"amount": 1}, 422, "invalid-request"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.proves("A4.1", "A18.2")
def test_what_is_no_plan_at_its_price_never_reaches_the_processor(member: Member, witness: Witness, case: str) -> None:
    overrides, status, slug = REFUSED[case]

    refused = member.subscription.subscribe(PRO_MONTH, key="refused", **overrides)

    assert (refused.status, refused.problem.slug) == (status, slug), refused.text
    assert witness.writes() == []
    assert member.subscription.current().status == 404


@pytest.mark.proves("A4.1", "A1.2")
def test_a_declined_card_leaves_nothing_alive_and_another_can_be_tried_at_once(
    bench: Bench, member: Member, witness: Witness
) -> None:
    declined = member.subscription.subscribe(PRO_MONTH, key="first", payment_method="pm_card_visa_chargeDeclined")
    alive = CustomerRecord(bench.stripe, member.email).live()
    tier = member.entitlements().value.tier.tier
    again = member.subscription.subscribe(PRO_MONTH, key="second")

    assert (declined.status, declined.problem.slug) == (402, "payment-declined"), declined.text
    assert (alive, tier) == ([], "free")
    assert (again.status, again.value.status) == (201, "active"), again.text
    assert witness.charged() == [(999, "usd")]


@pytest.mark.proves("A4.1")
def test_a_declined_answer_is_replayed_as_it_was(member: Member) -> None:
    subscribe = partial(member.subscription.subscribe, PRO_MONTH, payment_method="pm_card_visa_chargeDeclined")

    first, again = subscribe(key="declined"), subscribe(key="declined")

    assert (again.status, again.raw.content, again.replayed) == (402, first.raw.content, True), again.text


@pytest.mark.proves("A4.1", "A1.3")
def test_a_bank_that_asks_first_opens_nothing_until_it_is_answered(member: Member, witness: Witness) -> None:
    waiting = member.subscription.subscribe(PRO_MONTH, key="bank", payment_method="pm_card_authenticationRequired")
    assert (waiting.status, waiting.value.status) == (201, "incomplete"), waiting.text
    assert member.entitlements().value.tier.tier == "free"
    assert witness.charged() == []

    authenticate(_question(waiting.value))

    _becomes(member, "active")
    assert member.entitlements().value.tier.tier == "pro"
    assert witness.charged() == [(999, "usd")]


@pytest.mark.proves("A4.1", "A1.3")
def test_a_bank_that_is_told_no_charges_nothing(bench: Bench, member: Member, witness: Witness) -> None:
    waiting = member.subscription.subscribe(PRO_MONTH, key="bank", payment_method="pm_card_authenticationRequired")

    authenticate(_question(waiting.value), succeeds=False)

    eventually(bench.stripe.backlog, lambda backlog: backlog == 0)
    assert member.subscription.refresh().value.status == "incomplete"
    assert (member.entitlements().value.tier.tier, witness.charged()) == ("free", [])


@pytest.mark.proves("A4.1")
def test_a_subscription_by_the_hosted_page_begins_by_its_events_alone(member: Member, witness: Witness) -> None:
    waiting = member.subscription.subscribe(PRO_YEAR, key="page", payment_method=None).value
    assert (waiting.status, witness.charged()) == ("incomplete", [])
    assert waiting.next_action is not None

    pay_on_page(waiting.next_action.url)

    assert _becomes(member, "active").plan == PRO_YEAR
    assert member.entitlements().value.tier.tier == "pro"
    assert witness.charged() == [(9990, "usd")]


@pytest.mark.proves("A4.1")
def test_a_page_that_waits_keeps_the_place_and_says_where_it_is(member: Member) -> None:
    waiting = member.subscription.subscribe(PRO_MONTH, key="page", payment_method=None).value
    assert waiting.next_action is not None

    refused = member.subscription.subscribe(PRO_MONTH, key="impatient")

    assert (refused.status, refused.problem.slug) == (409, "subscription-exists"), refused.text
    assert refused.problem.extras["url"] == waiting.next_action.url


@pytest.mark.parametrize("same_key", [True, False], ids=["one-key", "many-keys"])
@pytest.mark.proves("A4.1")
def test_a_crowd_of_requests_makes_one_live_subscription_and_one_charge(
    bench: Bench, member: Member, witness: Witness, *, same_key: bool
) -> None:
    subscribe = partial(member.subscription.subscribe, PRO_MONTH)

    replies = at_once([partial(subscribe, key="tab" if same_key else f"tab-{number}") for number in range(CROWD)])

    assert {reply.status for reply in replies} <= {201, 409}, _told(replies)
    assert {reply.value.subscription_id for reply in replies if reply.ok} == {
        member.subscription.current().value.subscription_id
    }
    assert len(CustomerRecord(bench.stripe, member.email).subscriptions()) == 1
    assert witness.charged() == [(999, "usd")]


@pytest.mark.proves("A4.1")
def test_a_crowd_of_different_plans_makes_one_live_subscription(bench: Bench, member: Member, witness: Witness) -> None:
    plans = list(PLANS.values()) * 5

    replies = at_once(
        [partial(member.subscription.subscribe, plan, key=f"tab-{number}") for number, plan in enumerate(plans)]
    )

    (begun,) = [reply.value for reply in replies if reply.ok]
    (there,) = CustomerRecord(bench.stripe, member.email).subscriptions()
    assert there["metadata"]["subscription_id"] == begun.subscription_id
    assert witness.charged() == [(begun.plan.amount, "usd")]


def _days(subscription: Subscription) -> int:
    assert subscription.period_start is not None
    assert subscription.period_end is not None
    return (subscription.period_end - subscription.period_start).days


def _question(waiting: Subscription) -> str:
    """Where the bank asks: behind the invoice's own page, on which the buyer types the card again."""
    assert waiting.next_action is not None, waiting
    asked = pay_on_page(waiting.next_action.url, card="4000 0000 0000 3220")
    return str(asked.headers["location"])


def _becomes(member: Member, status: str) -> Subscription:
    return eventually(lambda: member.subscription.current().value, lambda seen: seen.status == status, timeout_s=20)


def _told(replies: list[Reply[Subscription]]) -> str:
    return "\n".join(f"{reply.status} {reply.text}" for reply in replies)
