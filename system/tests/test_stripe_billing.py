"""What the adapter asks of Stripe, and what it makes of the answers that do not come every day."""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from system.kit.money import Money
from system.processor.billing import BilledInvoice, BilledSubscription, PlanPrice, PriceChange, SubscriptionOrder
from system.processor.port import Declined, ProcessorAwayError, Unavailable, Unknown
from system.processor.stripe_api import Reply
from system.processor.stripe_billing import StripeBilling
from system.tests.billing_examples import (
    credit,
    intent,
    invoice,
    item,
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
ENTERPRISE = PlanPrice("prc_enterprise", "itm_2", "Enterprise", Money(9900, "usd"), "month")
AT_STRIPE = {
    **price("prc_enterprise", "price_2"),
    "unit_amount": 9900,
    "currency": "usd",
    "recurring": {"interval": "month"},
}
CHANGE = PriceChange("chg_1", "sub_1", ENTERPRISE, new_period=False, prorated_at=AT)
ORDER = SubscriptionOrder("sbn_1", "usr_1", "cus_1", ENTERPRISE, "pm_1", 0, "https://r", "https://c", AT)

SUB = "/v1/subscriptions/sub_1"
READ = f"get {SUB}"
CHANGED = f"post {SUB}"
VOID = "post /v1/invoices/in_1/void"
WAITING = {"subscription_items": [item(price=price("prc_enterprise", "price_2"))]}


def _run(verb: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(verb)


def _script(answers: Mapping[str, Any] | None = None) -> Script:
    """Return a Stripe with one subscription and our prices; `answers` are by verb, as `Script` has them."""
    base: dict[str, Any] = {
        READ: subscription(latest_invoice=invoice()),
        "get /v1/prices": listed(AT_STRIPE),
        "get /v1/prices/price_1": price(),
        "get /v1/invoices/in_1": invoice(),
        "get /v1/payment_intents/pi_1": intent(),
    }
    return Script({**base, **(answers or {})})


def _refused_change(status: str = "requires_payment_method") -> dict[str, Any]:
    """Answers of a change whose invoice was not paid in the request."""
    error = {} if status == "requires_payment_method" else {"last_payment_error": None}
    waits = subscription(pending_update=WAITING, latest_invoice=open_invoice())
    return {
        READ: [subscription(latest_invoice=invoice()), waits],
        CHANGED: {"id": "sub_1", "latest_invoice": "in_1"},
        "get /v1/invoices/in_1": [open_invoice(), open_invoice(status="void")],
        "get /v1/payment_intents/pi_1": unpaid_intent(status=status, **error),
        VOID: open_invoice(status="void"),
    }


def test_a_change_whose_card_is_refused_is_over() -> None:
    stripe = _script(_refused_change())

    answer = _run(StripeBilling(stripe).change_price(CHANGE))

    assert answer == Declined("insufficient_funds", "No.", "pi_1")
    assert stripe.changes() == [CHANGED, VOID]
    assert stripe.first(CHANGED).key == "change:chg_1"


def test_a_change_that_the_bank_asks_about_waits() -> None:
    stripe = _script(_refused_change("requires_action"))

    answer = _run(StripeBilling(stripe).change_price(CHANGE))

    assert isinstance(answer, BilledSubscription)
    assert (answer.price_id, answer.pending_price_id) == ("prc_pro", "prc_enterprise")
    assert answer.latest_invoice is not None
    assert answer.latest_invoice.requires_action
    assert stripe.changes() == [CHANGED]


@pytest.mark.parametrize("no_answer", [LOST, Unavailable("busy")])
def test_a_refused_change_that_may_still_be_charged_is_unknown(no_answer: Reply) -> None:
    stripe = _script({**_refused_change(), VOID: no_answer})

    assert isinstance(_run(StripeBilling(stripe).change_price(CHANGE)), Unknown)


def test_a_refused_change_that_was_paid_by_hand_meanwhile_holds() -> None:
    after = subscription(items={"data": [item(price=price("prc_enterprise", "price_2"))]}, latest_invoice=invoice())
    refused = _refused_change()
    refused[READ] = [*refused[READ], after]
    paid = {"get /v1/invoices/in_1": [open_invoice(), invoice()], VOID: WRONG}
    intents: list[Reply] = [unpaid_intent(), unpaid_intent(), intent()]

    answer = _run(
        StripeBilling(_script({**refused, **paid, "get /v1/payment_intents/pi_1": intents})).change_price(CHANGE)
    )

    assert isinstance(answer, BilledSubscription)
    assert answer.price_id == "prc_enterprise"


def test_a_change_that_was_made_is_not_asked_for_again() -> None:
    there = subscription(items={"data": [item(price=price("prc_enterprise", "price_2"))]}, latest_invoice=invoice())
    stripe = _script({READ: there})

    assert isinstance(_run(StripeBilling(stripe).change_price(CHANGE)), BilledSubscription)
    assert stripe.changes() == []


def test_a_trial_that_is_over_is_not_ended_again() -> None:
    stripe = _script()

    assert isinstance(_run(StripeBilling(stripe).end_trial("sub_1", key="k")), BilledSubscription)
    assert stripe.changes() == []


def test_a_price_is_made_when_it_is_first_needed() -> None:
    stripe = _script({"get /v1/prices": listed(), "post /v1/products": WRONG, "post /v1/prices": AT_STRIPE})
    billing = StripeBilling(stripe)

    _run(billing.preview_change(CHANGE))
    _run(billing.preview_change(CHANGE))

    made = ["post /v1/products", "post /v1/prices"]
    assert [verb for verb in stripe.changes() if "preview" not in verb] == made
    assert [stripe.first(verb).key for verb in made] == ["product:itm_2", "price:prc_enterprise"]


def test_another_price_under_our_name_is_never_charged() -> None:
    stripe = _script({"get /v1/prices": listed({**AT_STRIPE, "unit_amount": 1})})

    assert isinstance(_run(StripeBilling(stripe).create_subscription(ORDER)), Unavailable)
    assert stripe.changes() == []


@pytest.mark.parametrize(
    ("attached", "found", "answer"),
    [
        (DECLINED, MISSING, Declined("insufficient_funds", "The card was declined.")),
        (WRONG, MISSING, Declined("payment_method_invalid", "This payment method cannot be used; choose another one.")),
        (
            WRONG,
            {"id": "pm_1", "customer": "cus_2"},
            Declined("payment_method_invalid", "This payment method cannot be used; choose another one."),
        ),
        (LOST, MISSING, LOST),
    ],
    ids=["refused by its bank", "none of this id", "another's", "lost"],
)
def test_nothing_begins_with_a_card_that_is_not_the_customers(attached: Reply, found: Reply, answer: object) -> None:
    methods = {"post /v1/payment_methods/pm_1/attach": attached, "get /v1/payment_methods/pm_1": found}
    stripe = _script(methods)

    assert _run(StripeBilling(stripe).create_subscription(ORDER)) == answer
    assert "post /v1/subscriptions" not in stripe.changes()


def test_a_card_that_is_the_customers_already_is_used() -> None:
    stripe = _script(
        {
            "post /v1/payment_methods/pm_1/attach": WRONG,
            "get /v1/payment_methods/pm_1": {"id": "pm_1", "customer": "cus_1"},
            "post /v1/subscriptions": {"id": "sub_1"},
        }
    )

    assert isinstance(_run(StripeBilling(stripe).create_subscription(ORDER)), BilledSubscription)
    asked = stripe.first("post /v1/subscriptions")
    assert (asked.key, asked.params["default_payment_method"]) == ("subscription:sbn_1", "pm_1")


def test_ending_now_ends_every_way_to_pay() -> None:
    gone = subscription(status="canceled", latest_invoice=invoice())
    stripe = _script(
        {
            READ: [subscription(latest_invoice=invoice()), gone],
            # The reply of an earlier attempt was lost.
            f"delete {SUB}": MISSING,
            "get /v1/invoices": [listed({"id": "in_1"}), listed({"id": "in_2"}), listed()],
            VOID: [WRONG, invoice(status="void")],
            "post /v1/invoices/in_1/finalize": {"id": "in_1"},
            "post /v1/invoices/in_2/void": {"id": "in_2"},
            "get /v1/invoices/in_1": [open_invoice(status="draft"), open_invoice(status="void")],
            "get /v1/invoices/in_2": open_invoice(status="void"),
        }
    )

    answer = _run(StripeBilling(stripe).cancel_now("sub_1", key="k"))

    assert isinstance(answer, BilledSubscription)
    assert answer.status == "canceled"
    expected = [f"delete {SUB}", VOID, "post /v1/invoices/in_1/finalize", VOID, "post /v1/invoices/in_2/void"]
    assert stripe.changes() == expected
    assert stripe.first("post /v1/invoices/in_1/finalize").params == {"auto_advance": False}


@pytest.mark.parametrize("ended", [LOST, MISSING])
def test_an_end_that_is_not_sure_is_unknown(ended: Reply) -> None:
    stripe = _script({f"delete {SUB}": ended})

    assert isinstance(_run(StripeBilling(stripe).cancel_now("sub_1", key="k")), Unknown)


def test_a_schedule_that_is_there_gets_other_phases() -> None:
    there = subscription(schedule=schedule(price(), price("prc_basic", "price_3")), latest_invoice=invoice())
    stripe = _script({READ: there, "post /v1/subscription_schedules/sub_sched_1": {"id": "sub_sched_1"}})

    _run(StripeBilling(stripe).schedule_price(CHANGE))

    assert stripe.changes() == ["post /v1/subscription_schedules/sub_sched_1"]


def test_a_schedule_is_gone_before_the_end_is_set() -> None:
    scheduled = subscription(schedule=schedule(price()), latest_invoice=invoice())
    plain = subscription(latest_invoice=invoice())
    release = "post /v1/subscription_schedules/sub_sched_1/release"
    stripe = _script({READ: [scheduled, plain], release: {"id": "sub_sched_1"}, CHANGED: {"id": "sub_1"}})

    _run(StripeBilling(stripe).cancel_at_period_end("sub_1", cancel=True, key="k"))

    assert stripe.changes() == [release, CHANGED]


def test_a_refused_resumption_gives_its_credit_back() -> None:
    owed = open_invoice(billing_reason="subscription_update", lines={"data": [credit(), line()], "has_more": False})
    void = {**owed, "status": "void"}
    stripe = _script(
        {
            READ: subscription(status="paused", latest_invoice=invoice()),
            f"post {SUB}/resume": {"id": "sub_1", "latest_invoice": "in_1"},
            "get /v1/invoices/in_1": [owed, void],
            "get /v1/payment_intents/pi_1": [intent(), unpaid_intent()],
            VOID: void,
            "post /v1/invoiceitems": {"id": "ii_1"},
        }
    )

    answer = _run(StripeBilling(stripe).resume("sub_1", key="k"))

    assert isinstance(answer, Declined)
    assert stripe.changes() == [f"post {SUB}/resume", VOID, "post /v1/invoiceitems"]
    put_back = stripe.first("post /v1/invoiceitems")
    assert (put_back.params["amount"], put_back.params["subscription"], put_back.key) == (-500, "sub_1", "credit:il_2")


@pytest.mark.parametrize(
    ("reply", "status", "answer"),
    [
        (DECLINED, "open", Declined),
        (WRONG, "paid", BilledInvoice),
        (WRONG, "open", Unavailable),
        (LOST, "open", Unknown),
    ],
    ids=["refused", "paid before", "our mistake", "lost"],
)
def test_an_attempt_to_be_paid_is_told_from_the_rest(reply: Reply, status: str, answer: type) -> None:
    raw = invoice() if status == "paid" else open_invoice()
    stripe = _script({"post /v1/invoices/in_1/pay": reply, "get /v1/invoices/in_1": raw})

    assert isinstance(_run(StripeBilling(stripe).pay_invoice("in_1", key="k")), answer)


def test_a_price_that_cannot_be_read_leaves_its_invoice_unknown() -> None:
    stripe = _script({"get /v1/prices/price_1": LOST})

    assert isinstance(_run(StripeBilling(stripe).retrieve_subscription("sub_1")), Unknown)


def test_a_subscription_that_was_never_made_is_certain() -> None:
    stripe = _script({"get /v1/subscriptions": listed(), "get /v1/checkout/sessions": listed()})
    billing = StripeBilling(stripe)

    assert _run(billing.find_subscription(subscription_id="sbn_1", customer_id="cus_1")) is None
    assert _run(billing.retrieve_subscription("sub_9")) is None


def test_a_card_page_is_not_the_page_of_its_subscription() -> None:
    page = {
        "id": "cs_1",
        "status": "open",
        "url": "https://c",
        "metadata": {"subscription_id": "sbn_1", "kind": "card"},
    }
    stripe = _script({"get /v1/subscriptions": listed(), "get /v1/checkout/sessions": listed(page)})

    assert _run(StripeBilling(stripe).find_subscription(subscription_id="sbn_1", customer_id="cus_1")) is None


def test_events_come_oldest_first_or_not_at_all() -> None:
    async def ids(stripe: Script) -> list[str]:
        return [event["id"] for event in await StripeBilling(stripe).events_between(AT, AT)]

    first = {"data": [{"id": "evt_3"}, {"id": "evt_2"}], "has_more": True}

    assert _run(ids(_script({"get /v1/events": [first, listed({"id": "evt_1"})]}))) == ["evt_1", "evt_2", "evt_3"]
    with pytest.raises(ProcessorAwayError):
        _run(ids(_script({"get /v1/events": [first, LOST]})))


def test_invoices_come_oldest_first_with_all_their_lines() -> None:
    long = invoice(id="in_2", lines={"data": [line()], "has_more": True})
    stripe = _script(
        {
            "get /v1/invoices": listed(long, invoice()),
            "get /v1/invoices/in_2/lines": listed(line(), credit()),
        }
    )

    found = _run(StripeBilling(stripe).invoices_of("sub_1", since=AT))

    assert not isinstance(found, Unknown)
    assert [(each.processor_invoice_id, len(each.lines)) for each in found] == [("in_1", 1), ("in_2", 2)]
