"""Stripe's objects of a bill to start from, as small as the readers need them; a test changes what it is about."""

from typing import Any

Json = dict[str, Any]

BEGUN, ENDS = 1_774_951_200, 1_777_543_200
"""31 March and 30 April 2026, 10:00 UTC."""

TRANSACTION: Json = {"id": "txn_1", "amount": 999, "fee": 59, "net": 940, "currency": "usd"}
CHARGE: Json = {"id": "ch_1", "balance_transaction": TRANSACTION}
REFUSAL: Json = {"code": "card_declined", "decline_code": "insufficient_funds", "message": "No."}
NAMES = {"price_1": "prc_pro", "price_2": "prc_enterprise"}


def intent(**changes: Any) -> Json:  # noqa: ANN401 - any member
    """Return a PaymentIntent that has paid 9.99 USD."""
    base: Json = {"id": "pi_1", "status": "succeeded", "amount_received": 999, "currency": "usd", "customer": "cus_1"}
    return {**base, "latest_charge": CHARGE, "last_payment_error": None, "next_action": None, **changes}


def unpaid_intent(**changes: Any) -> Json:  # noqa: ANN401 - any member
    """Return a PaymentIntent whose card was refused."""
    return intent(
        **{"status": "requires_payment_method", "latest_charge": None, "last_payment_error": REFUSAL, **changes}
    )


def payment(status: str = "paid", intent_id: str = "pi_1", *, default: bool = True) -> Json:
    """Return an InvoicePayment."""
    return {
        "status": status,
        "is_default": default,
        "payment": {"type": "payment_intent", "payment_intent": intent_id},
    }


def line(**changes: Any) -> Json:  # noqa: ANN401 - any member
    """Return the line of a whole month of Pro."""
    base: Json = {
        "id": "il_1",
        "amount": 999,
        "currency": "usd",
        "description": "Pro (at $9.99 a month)",
        "period": {"start": BEGUN, "end": ENDS},
        "parent": {"type": "subscription_item_details", "subscription_item_details": {"proration": False}},
        "pricing": {"type": "price_details", "price_details": {"price": "price_1", "product": "itm_1"}},
    }
    return {**base, **changes}


def credit(**changes: Any) -> Json:  # noqa: ANN401 - any member
    """Return the line of a credit that waited as an invoice item."""
    details = {"type": "invoice_item_details", "invoice_item_details": {"proration": True, "subscription": "sub_1"}}
    return line(**{"id": "il_2", "amount": -500, "description": None, "parent": details, **changes})


def invoice(**changes: Any) -> Json:  # noqa: ANN401 - any member
    """Return a paid invoice of 9.99 USD."""
    base: Json = {
        "id": "in_1",
        "status": "paid",
        "billing_reason": "subscription_cycle",
        "customer": "cus_1",
        "currency": "usd",
        "total": 999,
        "amount_due": 999,
        "amount_paid": 999,
        "attempt_count": 1,
        "next_payment_attempt": None,
        "created": BEGUN,
        "status_transitions": {"finalized_at": BEGUN + 60, "paid_at": BEGUN + 61},
        "hosted_invoice_url": "https://pay/in_1",
        "parent": {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}},
        "payments": {"data": [payment()]},
        "lines": {"data": [line()], "has_more": False},
    }
    return {**base, **changes}


def open_invoice(**changes: Any) -> Json:  # noqa: ANN401 - any member
    """Return an invoice that is still to be paid."""
    times = {"finalized_at": BEGUN + 60, "paid_at": None}
    base = {"status": "open", "amount_paid": 0, "status_transitions": times, "next_payment_attempt": ENDS}
    return invoice(**{**base, "payments": {"data": [payment("open")]}, **changes})


def price(name: str | None = "prc_pro", price_id: str = "price_1") -> Json:
    return {"id": price_id, "lookup_key": name}


def item(**changes: Any) -> Json:  # noqa: ANN401 - any member
    base = {"id": "si_1", "price": price(), "current_period_start": BEGUN, "current_period_end": ENDS}
    return {**base, **changes}


def subscription(**changes: Any) -> Json:  # noqa: ANN401 - any member
    """Return an active subscription to Pro, by the month."""
    base: Json = {
        "id": "sub_1",
        "status": "active",
        "metadata": {"subscription_id": "sbn_1"},
        "customer": "cus_1",
        "items": {"data": [item()]},
        "billing_cycle_anchor": BEGUN,
        "created": BEGUN,
        "trial_end": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "ended_at": None,
        "pending_update": None,
        "schedule": None,
        "default_payment_method": None,
    }
    return {**base, **changes}


def schedule(*prices: Json, present: int = 0) -> Json:
    """Return a schedule of one month for each price, in the phase of the one at `present`."""
    month = ENDS - BEGUN
    phases = [
        {"start_date": BEGUN + k * month, "end_date": ENDS + k * month, "items": [{"price": each}]}
        for k, each in enumerate(prices)
    ]
    now = {name: phases[present][name] for name in ("start_date", "end_date")}
    return {"id": "sub_sched_1", "current_phase": now, "phases": phases}
