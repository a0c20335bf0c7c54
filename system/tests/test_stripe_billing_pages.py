"""Pages, cards and pauses: each state that one can be found in."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from system.kit.money import Money
from system.processor.billing import BilledSubscription, Card, PlanPrice, SubscriptionOrder
from system.processor.port import ActionRequired, Canceled, Declined, Unavailable, Unknown
from system.processor.stripe_api import Reply
from system.processor.stripe_billing import StripeBilling
from system.tests.billing_examples import (
    credit,
    intent,
    invoice,
    line,
    open_invoice,
    price,
    schedule,
    subscription,
    unpaid_intent,
)
from system.tests.stripe_script import DECLINED, LOST, MISSING, WRONG, Script, listed

T = TypeVar("T")
AT = datetime(2026, 4, 15, 10, tzinfo=UTC)
PRO = PlanPrice("prc_pro", "itm_1", "Pro", Money(999, "usd"), "month")
PRO_AT_STRIPE = {**price(), "unit_amount": 999, "currency": "usd", "recurring": {"interval": "month"}}
ORDER = SubscriptionOrder("sbn_1", "usr_1", "cus_1", PRO, None, 0, "https://r", "https://c", AT)

SUB = "/v1/subscriptions/sub_1"
RESUME = f"post {SUB}/resume"
SESSION = "get /v1/checkout/sessions/cs_1"
OPEN = {"id": "cs_1", "status": "open", "url": "https://page"}
CARD = {
    "id": "pm_1",
    "type": "card",
    "card": {"brand": "visa", "last4": "4242", "exp_month": 3, "exp_year": 2030, "fingerprint": "fp_1"},
}


def _run(verb: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(verb)


def _at_stripe(answers: dict[str, Any]) -> Script:
    base = {
        f"get {SUB}": subscription(latest_invoice=invoice()),
        "get /v1/prices": listed(PRO_AT_STRIPE),
        "get /v1/prices/price_1": price(),
        "get /v1/invoices/in_1": invoice(),
        "get /v1/payment_intents/pi_1": intent(),
    }
    return Script({**base, **answers})


@pytest.mark.parametrize(
    ("page", "answer"),
    [
        (OPEN, ActionRequired("https://page", session_id="cs_1")),
        ({**OPEN, "status": "expired"}, Canceled("expired")),
        ({**OPEN, "status": "complete"}, Unknown("the page is complete and has no subscription yet")),
        (MISSING, Unknown("there is no such page")),
        (LOST, LOST),
    ],
    ids=["open", "expired", "a moment early", "none", "lost"],
)
def test_a_page_that_began_nothing_says_why(page: Reply, answer: object) -> None:
    assert _run(StripeBilling(_at_stripe({SESSION: page})).subscription_of_page("cs_1")) == answer


def test_a_page_that_was_filled_in_is_its_subscription() -> None:
    filled_in = {**OPEN, "status": "complete", "subscription": "sub_1"}

    answer = _run(StripeBilling(_at_stripe({SESSION: filled_in})).subscription_of_page("cs_1"))

    assert isinstance(answer, BilledSubscription)
    assert answer.subscription_id == "sbn_1"


@pytest.mark.parametrize(
    ("reply", "page", "kind"),
    [
        ({**OPEN, "status": "expired"}, {**OPEN, "status": "expired"}, Canceled),
        (WRONG, {**OPEN, "status": "expired"}, Canceled),
        (WRONG, {**OPEN, "status": "complete", "subscription": "sub_1"}, BilledSubscription),
        (WRONG, OPEN, Unknown),
        (LOST, {**OPEN, "status": "expired"}, Unknown),
    ],
    ids=["closed", "closed before", "paid a moment before", "open all the same", "lost"],
)
def test_a_page_that_is_closed_tells_whether_somebody_was_faster(reply: Reply, page: Reply, kind: type) -> None:
    stripe = _at_stripe({"post /v1/checkout/sessions/cs_1/expire": reply, SESSION: page})

    assert isinstance(_run(StripeBilling(stripe).close_page("cs_1")), kind)


def test_a_subscription_is_found_by_the_page_that_is_open_for_it() -> None:
    ours = {**OPEN, "metadata": {"subscription_id": "sbn_1", "kind": "subscription"}}
    stripe = _at_stripe({"get /v1/subscriptions": listed(), "get /v1/checkout/sessions": listed(ours)})

    answer = _run(StripeBilling(stripe).find_subscription(subscription_id="sbn_1", customer_id="cus_1"))

    assert answer == ActionRequired("https://page", session_id="cs_1")


@pytest.mark.parametrize(("reply", "kind"), [(OPEN, ActionRequired), (WRONG, Unavailable), (LOST, Unknown)])
def test_a_page_is_opened_or_surely_not(reply: Reply, kind: type) -> None:
    stripe = _at_stripe({"post /v1/checkout/sessions": reply})
    billing = StripeBilling(stripe)

    begins = _run(billing.open_subscription_page(ORDER))
    takes_card = _run(
        billing.open_card_page(
            customer_id="cus_1", subscription_id="sbn_1", return_url="https://r", cancel_url="https://c", key="k"
        )
    )

    assert isinstance(begins, kind)
    assert isinstance(takes_card, kind)
    assert [each.key for each in stripe.asked if each.verb.startswith("post")] == ["subscription:sbn_1", "k"]


@pytest.mark.parametrize(
    ("page", "answer"),
    [
        ({**OPEN, "status": "complete", "setup_intent": {"payment_method": CARD}}, Card),
        ({**OPEN, "status": "complete", "setup_intent": None}, Unknown),
        (OPEN, ActionRequired),
        ({**OPEN, "status": "expired"}, Canceled),
        (MISSING, Unknown),
        (LOST, Unknown),
    ],
    ids=["typed", "a moment early", "open", "expired", "none", "lost"],
)
def test_a_card_is_read_from_the_page_it_was_typed_on(page: Reply, answer: type) -> None:
    assert isinstance(_run(StripeBilling(_at_stripe({SESSION: page})).card_of_page("cs_1")), answer)


@pytest.mark.parametrize(
    ("method", "answer"),
    [(CARD, Card), ({"id": "pm_1", "type": "sepa_debit"}, Declined), (MISSING, Declined), (LOST, Unknown)],
)
def test_only_a_card_is_taken(method: Reply, answer: type) -> None:
    stripe = _at_stripe({"get /v1/payment_methods/pm_1": method})

    assert isinstance(_run(StripeBilling(stripe).retrieve_card("pm_1")), answer)


@pytest.mark.parametrize(
    ("attached", "changed", "answer"),
    [
        ({"id": "pm_1"}, {"id": "sub_1"}, BilledSubscription),
        (DECLINED, LOST, Declined),
        ({"id": "pm_1"}, WRONG, Unavailable),
        ({"id": "pm_1"}, DECLINED, Declined),
        ({"id": "pm_1"}, LOST, Unknown),
    ],
)
def test_another_card_is_charged_from_now_on_or_not(attached: Reply, changed: Reply, answer: type) -> None:
    stripe = _at_stripe({"post /v1/payment_methods/pm_1/attach": attached, f"post {SUB}": changed})

    found = _run(StripeBilling(stripe).use_card("sub_1", customer_id="cus_1", payment_method="pm_1", key="k"))

    assert isinstance(found, answer)


def test_a_schedule_is_gone_before_a_pause() -> None:
    scheduled = subscription(schedule=schedule(price()), latest_invoice=invoice())
    paused = subscription(status="paused", latest_invoice=invoice())
    release = "post /v1/subscription_schedules/sub_sched_1/release"
    reads = [scheduled, subscription(latest_invoice=invoice()), paused]
    stripe = _at_stripe({f"get {SUB}": reads, release: {"id": "sub_sched_1"}, f"post {SUB}/pause": {"id": "sub_1"}})

    answer = _run(StripeBilling(stripe).pause("sub_1", key="k"))

    assert isinstance(answer, BilledSubscription)
    assert answer.status == "paused"
    assert stripe.changes() == [release, f"post {SUB}/pause"]


@pytest.mark.parametrize(("released", "answer"), [(LOST, Unknown), (WRONG, Unavailable)])
def test_nothing_is_paused_while_a_schedule_may_be_there(released: Reply, answer: type) -> None:
    scheduled = subscription(schedule=schedule(price()), latest_invoice=invoice())
    release = "post /v1/subscription_schedules/sub_sched_1/release"
    stripe = _at_stripe({f"get {SUB}": scheduled, release: released})

    assert isinstance(_run(StripeBilling(stripe).pause("sub_1", key="k")), answer)
    assert stripe.changes() == [release]


@pytest.mark.parametrize(("verb", "status"), [("pause", "paused"), ("resume", "active")])
def test_what_is_so_already_is_not_asked_for(verb: str, status: str) -> None:
    stripe = _at_stripe({f"get {SUB}": subscription(status=status, latest_invoice=invoice())})

    answer = _run(getattr(StripeBilling(stripe), verb)("sub_1", key="k"))

    assert answer.status == status
    assert stripe.changes() == []


def _waits_for_the_bank(resumed_by: str | None) -> dict[str, Any]:
    """Answers of a paused subscription whose resumption waits for its owner's answer to the bank."""
    metadata = {"resumed_by": resumed_by} if resumed_by else {}
    lines = {"data": [credit(), line()], "has_more": False}
    owed = open_invoice(billing_reason="subscription_update", metadata=metadata, lines=lines)
    return {
        f"get {SUB}": subscription(status="paused", latest_invoice=owed),
        "get /v1/invoices/in_1": owed,
        "get /v1/payment_intents/pi_1": unpaid_intent(status="requires_action", last_payment_error=None),
    }


def test_a_resumption_that_waits_for_the_bank_is_not_begun_twice() -> None:
    stripe = _at_stripe(_waits_for_the_bank("k"))

    answer = _run(StripeBilling(stripe).resume("sub_1", key="k"))

    assert isinstance(answer, BilledSubscription)
    assert answer.latest_invoice is not None
    assert answer.latest_invoice.requires_action
    assert stripe.changes() == []


def test_another_resumption_gives_up_the_one_that_waits() -> None:
    void = open_invoice(status="void", lines={"data": [credit()], "has_more": False})
    waiting = _waits_for_the_bank("another")
    paid = subscription(latest_invoice=invoice())
    stripe = _at_stripe(
        {
            **waiting,
            f"get {SUB}": [waiting[f"get {SUB}"], paid],
            "get /v1/payment_intents/pi_1": [unpaid_intent(), intent()],
            "post /v1/invoices/in_1/void": void,
            "get /v1/invoices/in_1": void,
            "post /v1/invoiceitems": {"id": "ii_1"},
            RESUME: {"id": "sub_1", "latest_invoice": "in_2"},
        }
    )

    answer = _run(StripeBilling(stripe).resume("sub_1", key="k"))

    assert isinstance(answer, BilledSubscription)
    assert answer.status == "active"
    assert stripe.changes() == ["post /v1/invoices/in_1/void", "post /v1/invoiceitems", RESUME]


def test_a_resumption_that_begins_to_wait_is_marked_as_its_own() -> None:
    waiting = _waits_for_the_bank(None)
    before = subscription(status="paused", latest_invoice=invoice())
    stripe = _at_stripe(
        {
            **waiting,
            f"get {SUB}": [before, waiting[f"get {SUB}"]],
            RESUME: {"id": "sub_1", "latest_invoice": "in_1"},
            "post /v1/invoices/in_1": {"id": "in_1"},
        }
    )

    answer = _run(StripeBilling(stripe).resume("sub_1", key="k"))

    assert isinstance(answer, BilledSubscription)
    assert stripe.first("post /v1/invoices/in_1").params == {"metadata": {"resumed_by": "k"}}
