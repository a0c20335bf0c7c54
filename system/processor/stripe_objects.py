"""Stripe's JSON objects, read into the port's answers. Pure, so that every oddity of theirs has a line and a test."""

from collections.abc import Mapping
from typing import Any

from system.kit.money import EXPONENTS, Money
from system.processor.port import (
    ActionRequired,
    Canceled,
    Charged,
    Declined,
    Disputed,
    Movement,
    PaymentAnswer,
    Refunded,
    RefundState,
    Unknown,
)

Object = Mapping[str, Any]

_THREE_DECIMALS = 3
_WHOLE_UNITS_ONLY = frozenset({"isk", "ugx"})

_REFUND_STATES: dict[str, RefundState] = {
    "pending": "pending",
    "requires_action": "pending",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "failed",
}


def smallest_step(currency: str) -> int:
    """Return what amounts of a currency are multiples of (docs.stripe.com/currencies).

    Three-decimal amounts end in 0, and krona and shilling, though sent with two decimals, have none.
    """
    if currency in _WHOLE_UNITS_ONLY:
        return 100
    return 10 if EXPONENTS[currency] == _THREE_DECIMALS else 1


def payment_answer(intent: Object) -> PaymentAnswer:
    """Read a PaymentIntent that was asked for with `latest_charge.balance_transaction` expanded."""
    intent_id: str = intent["id"]
    match intent["status"]:
        case "succeeded":
            return _charged(intent)
        case "requires_action":
            return _action(intent)
        case "requires_payment_method":
            return _declined(intent)
        case "canceled":
            return Canceled(str(intent.get("cancellation_reason") or "canceled"), intent_id)
        case status:
            return Unknown(f"the PaymentIntent is {status}", processor_payment_id=intent_id)


def session_answer(session: Object) -> PaymentAnswer:
    """Read a Checkout Session with `payment_intent.latest_charge.balance_transaction` expanded."""
    intent = session.get("payment_intent")
    if session["status"] == "expired":
        return Canceled("expired")
    if session["status"] == "open":
        return ActionRequired(session["url"], id_of(intent), session["id"])
    if session["payment_status"] != "paid" or not isinstance(intent, Mapping):
        # A completed page is not money: some methods pay days later, or never.
        return Unknown(f"the session is complete and {session['payment_status']}", processor_payment_id=id_of(intent))
    return payment_answer(intent)


def refund_answer(refund: Object) -> Refunded:
    """Read a Refund with `balance_transaction` and `failure_balance_transaction` expanded."""
    return Refunded(
        processor_refund_id=refund["id"],
        charge_id=str(id_of(refund["charge"])),
        processor_payment_id=id_of(refund.get("payment_intent")),
        money=Money(refund["amount"], refund["currency"]),
        state=_REFUND_STATES[refund["status"]],
        our_refund_id=(refund.get("metadata") or {}).get("refund_id"),
        movement=_movement(refund.get("balance_transaction")),
        returned=_movement(refund.get("failure_balance_transaction")),
        failure_code=refund.get("failure_reason"),
    )


def disputed(dispute: Object) -> Disputed:
    """Read a Dispute with `charge` expanded; its balance transactions always come with it."""
    charge = dispute["charge"]
    movements = (_movement(transaction) for transaction in dispute["balance_transactions"])
    return Disputed(
        processor_dispute_id=dispute["id"],
        charge_id=str(id_of(charge)),
        customer_id=id_of(charge.get("customer")) if isinstance(charge, Mapping) else None,
        money=Money(dispute["amount"], dispute["currency"]),
        status=dispute["status"],
        reason=dispute["reason"],
        movements=tuple(movement for movement in movements if movement is not None),
    )


def _charged(intent: Object) -> PaymentAnswer:
    charge = intent.get("latest_charge")
    movement = _movement(charge.get("balance_transaction")) if isinstance(charge, Mapping) else None
    if charge is None or movement is None:
        # Stripe may capture a little after it answers; without the fee there is nothing to book yet.
        return Unknown("the balance transaction is not there yet", processor_payment_id=intent["id"])
    return Charged(
        processor_payment_id=intent["id"],
        charge_id=charge["id"],
        money=Money(intent["amount_received"], intent["currency"]),
        customer_id=id_of(intent.get("customer")),
        movement=movement,
        paid_with=paid_with(charge.get("payment_method_details") or {}),
    )


def paid_with(details: Object) -> str | None:
    """Name a card by its brand, any other means by its kind, and both by their last digits where they have some."""
    kind = details.get("type")
    means = details.get(kind) or {} if kind else {}
    named = (means.get("brand") or kind, means.get("last4"))
    return " ".join(str(part) for part in named if part) or None


def _action(intent: Object) -> PaymentAnswer:
    redirect = (intent.get("next_action") or {}).get("redirect_to_url")
    if not redirect:
        return Unknown("an action that is not a page", processor_payment_id=intent["id"])
    return ActionRequired(redirect["url"], intent["id"])


def _declined(intent: Object) -> Declined:
    error = intent.get("last_payment_error") or {}
    return declined(error, intent["id"])


def declined(error: Object, intent_id: str | None) -> Declined:
    """Read a card error: the bank's own code where it gave one."""
    code = error.get("decline_code") or error.get("code") or "card_declined"
    return Declined(str(code), str(error.get("message") or "The card was declined."), intent_id)


def _movement(transaction: object) -> Movement | None:
    if not isinstance(transaction, Mapping):
        return None
    currency = transaction["currency"]
    return Movement(
        balance_transaction_id=transaction["id"],
        gross=Money(transaction["amount"], currency),
        fee=Money(transaction["fee"], currency),
        net=Money(transaction["net"], currency),
    )


def id_of(reference: object) -> str | None:
    """Stripe gives a related object as its id, or whole where it was expanded."""
    if isinstance(reference, Mapping):
        return str(reference["id"])
    return str(reference) if reference else None
