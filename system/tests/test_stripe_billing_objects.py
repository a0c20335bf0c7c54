from datetime import UTC, datetime
from typing import Any

import pytest

from system.kit.money import Money
from system.processor.billing import BilledInvoice, BilledSubscription, Card
from system.processor.port import Charged, Declined, Unknown
from system.processor.stripe_invoices import invoice_answer, paying_intent, preview_of, prices_of
from system.processor.stripe_subscriptions import card_of, subscription_answer
from system.tests.billing_examples import (
    BEGUN,
    CHARGE,
    ENDS,
    NAMES,
    credit,
    intent,
    invoice,
    item,
    line,
    open_invoice,
    payment,
    price,
    schedule,
    subscription,
    unpaid_intent,
)

_CARD = {
    "id": "pm_1",
    "type": "card",
    "card": {"brand": "visa", "last4": "4242", "exp_month": 3, "exp_year": 2030, "fingerprint": "fp_1"},
}


def _invoice(raw: dict[str, Any], of_intent: dict[str, Any] | None) -> BilledInvoice:
    read = invoice_answer(raw, of_intent, NAMES)
    assert isinstance(read, BilledInvoice)
    return read


def _subscription(**changes: Any) -> BilledSubscription:  # noqa: ANN401 - any member
    read = subscription_answer(subscription(**changes), None)
    assert isinstance(read, BilledSubscription)
    return read


def test_a_paid_invoice_is_money_with_its_fee() -> None:
    read = _invoice(invoice(), intent())

    assert (read.status, read.total, read.failure, read.requires_action) == ("paid", Money(999, "usd"), None, False)
    assert isinstance(read.charge, Charged)
    assert read.charge.movement.fee == Money(59, "usd")
    assert read.processor_subscription_id == "sub_1"
    # It is paid: nobody has to be shown where.
    assert read.pay_url is None


def test_a_paid_invoice_without_its_fee_is_not_read_yet() -> None:
    pending = intent(latest_charge={**CHARGE, "balance_transaction": None})

    assert isinstance(invoice_answer(invoice(), pending, NAMES), Unknown)


def test_an_invoice_over_nothing_is_paid_without_money() -> None:
    read = _invoice(invoice(total=0, amount_due=0, amount_paid=0, payments={"data": []}), None)

    assert (read.status, read.charge) == ("paid", None)


def test_a_refused_invoice_tells_why_and_where_to_pay() -> None:
    read = _invoice(open_invoice(), unpaid_intent())

    assert read.failure == Declined("insufficient_funds", "No.", "pi_1")
    assert (read.pay_url, read.charge, read.requires_action) == ("https://pay/in_1", None, False)
    assert read.next_attempt_at == datetime(2026, 4, 30, 10, tzinfo=UTC)


def test_a_banks_question_is_no_failure() -> None:
    read = _invoice(open_invoice(), unpaid_intent(status="requires_action", last_payment_error=None))

    assert (read.requires_action, read.failure) == (True, None)


def test_a_void_invoice_remembers_why_it_was_not_paid() -> None:
    read = _invoice(open_invoice(status="void"), unpaid_intent(status="canceled", cancellation_reason="void_invoice"))

    assert (read.status, read.pay_url, read.requires_action) == ("void", None, False)
    assert read.failure is not None
    assert read.failure.code == "insufficient_funds"


def test_an_earlier_refusal_does_not_follow_an_invoice_that_was_paid_in_the_end() -> None:
    assert _invoice(invoice(), intent(last_payment_error={"code": "card_declined"})).failure is None


@pytest.mark.parametrize(
    ("payments", "found"),
    [
        ([], None),
        ([payment("open")], "pi_1"),
        ([payment("canceled"), payment("paid", "pi_2", default=False)], "pi_2"),
        ([payment("canceled", "pi_2", default=False), payment("open")], "pi_1"),
        ([{"status": "paid", "is_default": True, "payment": {"type": "payment_record", "payment_record": "pr"}}], None),
    ],
    ids=["nothing due", "waiting", "paid by another", "the default waits", "paid elsewhere"],
)
def test_what_paid_comes_before_what_was_to_pay(payments: list[dict[str, Any]], found: str | None) -> None:
    assert paying_intent(invoice(payments={"data": payments})) == found


def test_an_invoice_whose_payments_were_not_asked_for_names_no_intent() -> None:
    raw = invoice()
    del raw["payments"]

    assert paying_intent(raw) is None


def test_lines_tell_a_part_from_a_whole_and_whose_price_it_is() -> None:
    lines = [credit(), line(pricing={"price_details": {"price": {"id": "price_2"}}}), line(pricing=None)]

    read = _invoice(invoice(lines={"data": lines, "has_more": False}), intent()).lines

    assert [each.proration for each in read] == [True, False, False]
    assert [each.money.amount for each in read] == [-500, 999, 999]
    assert [each.price_id for each in read] == ["prc_pro", "prc_enterprise", None]
    assert read[0].description == ""
    assert prices_of(lines) == {"price_1", "price_2"}


def test_a_preview_has_no_id_and_the_sum_of_its_lines() -> None:
    raw = {"currency": "usd", "total": 499, "lines": {"data": [credit(), line()]}}

    read = preview_of(raw, NAMES)

    assert (read.total, [each.money.amount for each in read.lines]) == (Money(499, "usd"), [-500, 999])


def test_a_subscription_is_read_from_its_item() -> None:
    read = _subscription()

    assert (read.subscription_id, read.price_id, read.status) == ("sbn_1", "prc_pro", "active")
    assert (read.period_start, read.period_end) == (read.anchor, datetime(2026, 4, 30, 10, tzinfo=UTC))
    assert (read.pending_price_id, read.scheduled, read.card) == (None, None, None)


def test_a_price_that_is_not_ours_keeps_its_own_name() -> None:
    assert _subscription(items={"data": [item(price=price(None, "price_9"))]}).price_id == "price_9"


def test_a_state_of_tomorrow_is_unknown() -> None:
    assert subscription_answer(subscription(status="hibernating"), None) == Unknown("the subscription is hibernating")


def test_a_change_that_waits_for_its_payment_is_not_what_it_is_now() -> None:
    waiting = {"subscription_items": [item(price=price("prc_enterprise", "price_2"))], "expires_at": ENDS}

    read = _subscription(pending_update=waiting)

    assert (read.price_id, read.pending_price_id) == ("prc_pro", "prc_enterprise")


def test_a_pending_update_of_something_else_names_no_price() -> None:
    assert _subscription(pending_update={"subscription_items": None, "trial_end": BEGUN}).pending_price_id is None


def test_what_is_scheduled_begins_where_the_present_phase_ends() -> None:
    read = _subscription(schedule=schedule(price(), price("prc_basic", "price_3"))).scheduled

    assert read is not None
    assert (read.schedule_id, read.price_id) == ("sub_sched_1", "prc_basic")
    assert read.starts_at == datetime(2026, 4, 30, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "scheduled",
    [
        schedule(price(), price("prc_pro", "price_1")),
        schedule(price("prc_basic", "price_3"), price(), present=1),
        {"id": "sub_sched_1", "current_phase": None, "phases": []},
        "sub_sched_1",
    ],
    ids=["the same again", "its last phase", "not begun", "not expanded"],
)
def test_a_schedule_that_changes_nothing_is_none(scheduled: object) -> None:
    assert _subscription(schedule=scheduled).scheduled is None


@pytest.mark.parametrize(
    ("method", "card"),
    [
        (_CARD, Card("pm_1", "visa", "4242", "2030-03", "fp_1")),
        ({"id": "pm_2", "type": "sepa_debit"}, None),
        ("pm_1", None),
        (None, None),
    ],
    ids=["a card", "a bank account", "not expanded", "nothing"],
)
def test_only_a_card_is_a_card(method: object, card: Card | None) -> None:
    assert card_of(method) == card
    assert _subscription(default_payment_method=method).card == card
