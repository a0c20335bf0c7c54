"""What an answer of the processor makes of a payment or a refund. Pure: no clock, no database, no network.

| payment          | Charged   | ActionRequired  | Declined | Canceled | Unavailable | Unknown   |
|------------------|-----------|-----------------|----------|----------|-------------|-----------|
| processing       | succeeded | requires_action | declined | canceled | canceled    | uncertain |
| uncertain        | succeeded | requires_action | declined | canceled | -           | -         |
| requires_action  | succeeded | -               | declined | canceled | -           | -         |
| succeeded        | -         | -               | clash    | clash    | -           | -         |
| declined         | clash     | -               | -        | -        | -           | -         |
| canceled         | clash     | -               | -        | -        | -           | -         |

`-` leaves the payment as it is: the answer is old, doubled, or says nothing. A clash is a fact that contradicts a final
state; it is never applied, a person decides.
"""

from dataclasses import replace
from typing import Literal, assert_never

from system.payments.models import Payment, Refund
from system.processor.port import (
    ActionRequired,
    Canceled,
    Charged,
    Declined,
    PaymentAnswer,
    RefundAnswer,
    Refunded,
    RefundRefused,
    Unavailable,
    Unknown,
)


class ContradictionError(Exception):
    """What the processor says cannot be about this payment as we know it."""


def apply(payment: Payment, answer: PaymentAnswer) -> Payment:
    """Return the payment as the answer leaves it: the very same object when it changes nothing."""
    match answer:
        case Charged():
            return _charged(payment, answer)
        case ActionRequired():
            return _action_required(payment, answer)
        case Declined():
            return _closed(payment, "declined", answer.code, answer.message, answer.processor_payment_id)
        case Canceled():
            return _closed(payment, "canceled", answer.reason, _CANCELED, answer.processor_payment_id)
        case Unavailable():
            return _not_begun(payment)
        case Unknown():
            return _uncertain(payment, answer)
        case _:
            assert_never(answer)


_CANCELED = "This attempt was given up before anything was charged."
_NOT_BEGUN = "The card processor did not take the request; nothing was charged."


def _charged(payment: Payment, answer: Charged) -> Payment:
    if answer.money != payment.money:
        raise ContradictionError(f"{payment.payment_id} is {payment.money}, and {answer.money} was charged.")
    if answer.customer_id != payment.processor_customer_id:
        raise ContradictionError(f"{payment.payment_id} was charged to customer {answer.customer_id}.")
    if payment.status == "succeeded":
        if answer.charge_id != payment.processor_charge_id:
            raise ContradictionError(f"{payment.payment_id} was charged a second time, by {answer.charge_id}.")
        return payment
    if not payment.is_live:
        raise ContradictionError(f"{payment.payment_id} is {payment.status}, and {answer.charge_id} was charged.")
    return replace(
        payment,
        status="succeeded",
        next_action_url=None,
        processor_payment_id=answer.processor_payment_id,
        processor_charge_id=answer.charge_id,
        processor_balance_transaction_id=answer.movement.balance_transaction_id,
    )


def _action_required(payment: Payment, answer: ActionRequired) -> Payment:
    if payment.status not in ("processing", "uncertain"):
        return payment
    return replace(
        payment,
        status="requires_action",
        next_action_url=answer.url,
        processor_payment_id=answer.processor_payment_id or payment.processor_payment_id,
        processor_session_id=answer.session_id or payment.processor_session_id,
    )


def _closed(
    payment: Payment, status: Literal["declined", "canceled"], code: str, message: str, processor_payment_id: str | None
) -> Payment:
    if payment.status == "succeeded":
        raise ContradictionError(f"{payment.payment_id} succeeded, and the processor says {status} ({code}).")
    if not payment.is_live:
        return payment
    return replace(
        payment,
        status=status,
        next_action_url=None,
        failure_code=code,
        failure_message=message,
        processor_payment_id=processor_payment_id or payment.processor_payment_id,
    )


def _not_begun(payment: Payment) -> Payment:
    """A refusal to begin speaks for one request alone: an earlier one of an uncertain payment may be through."""
    if payment.status != "processing":
        return payment
    return _closed(payment, "canceled", "processor_unavailable", _NOT_BEGUN, None)


def _uncertain(payment: Payment, answer: Unknown) -> Payment:
    if payment.status not in ("processing", "uncertain"):
        return payment
    known = answer.processor_payment_id or payment.processor_payment_id
    if payment.status == "uncertain" and known == payment.processor_payment_id:
        return payment
    return replace(payment, status="uncertain", processor_payment_id=known)


def apply_to_refund(refund: Refund, answer: RefundAnswer) -> Refund:
    """Return the refund as the answer leaves it. `failed` is final; `succeeded` may still fail at the bank."""
    match answer:
        case Refunded():
            return _refunded(refund, answer)
        case RefundRefused() if refund.processor_refund_id is None and refund.status in ("pending", "uncertain"):
            return replace(refund, status="failed", failure_code=answer.code)
        case Unavailable() if refund.status == "pending" and refund.processor_refund_id is None:
            return replace(refund, status="failed", failure_code="processor_unavailable")
        case Unknown() if refund.status == "pending" and refund.processor_refund_id is None:
            return replace(refund, status="uncertain")
        case RefundRefused() | Unavailable() | Unknown():
            return refund
        case _:
            assert_never(answer)


def _refunded(refund: Refund, answer: Refunded) -> Refund:
    if answer.money != refund.money:
        raise ContradictionError(f"{refund.refund_id} is {refund.money}, and {answer.money} was given back.")
    if refund.processor_refund_id not in (None, answer.processor_refund_id):
        raise ContradictionError(f"{refund.refund_id} was made a second time, as {answer.processor_refund_id}.")
    if refund.status == "failed" and answer.state != "failed":
        if refund.processor_refund_id is None:
            raise ContradictionError(f"{refund.refund_id} was given up, and {answer.processor_refund_id} exists.")
        return refund
    if refund.status == "succeeded" and answer.state == "pending":
        return refund
    movement = answer.movement.balance_transaction_id if answer.movement else refund.processor_balance_transaction_id
    return replace(
        refund,
        status=answer.state,
        failure_code=answer.failure_code,
        processor_refund_id=answer.processor_refund_id,
        processor_balance_transaction_id=movement,
    )
