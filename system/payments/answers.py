"""What the owner of a payment or refund is told, to the byte."""

from system.idempotency.models import Answer
from system.payments.models import Payment, Refund
from system.payments.problems import NotRefundable, PaymentDeclined
from system.payments.schemas import Failure, NextAction, PaymentView, RefundView
from system.settings import Settings

CREATED, ACCEPTED = 201, 202


def payment_view(settings: Settings, payment: Payment) -> PaymentView:
    failure = None
    if payment.failure_code is not None:
        failure = Failure(code=payment.failure_code, message=payment.failure_message or "")
    return PaymentView(
        payment_id=payment.payment_id,
        status=payment.status,
        price_id=payment.price_id,
        item_id=payment.item_id,
        item_name=payment.item_name,
        amount=payment.amount,
        currency=payment.currency,
        refunded_amount=payment.refunded_amount,
        refundable_amount=payment.refundable_amount,
        next_action=NextAction(url=payment.next_action_url) if payment.next_action_url else None,
        failure=failure,
        receipt_url=receipt_url(settings, payment.payment_id) if payment.status == "succeeded" else None,
        created_at=payment.created_at,
        updated_at=payment.updated_at,
    )


def refund_view(refund: Refund) -> RefundView:
    return RefundView(
        refund_id=refund.refund_id,
        payment_id=refund.payment_id,
        amount=refund.amount,
        currency=refund.currency,
        reason=refund.reason,
        status=refund.status,
        created_at=refund.created_at,
    )


def final_answer(settings: Settings, payment: Payment, *, route: str, request_id: str) -> Answer | None:
    """Return what the request for a payment came to, or None while nobody knows."""
    if payment.status in ("processing", "uncertain"):
        return None
    if payment.status in ("declined", "canceled"):
        declined = PaymentDeclined(
            f"{payment.failure_message} Try another card, with a new Idempotency-Key.",
            payment_id=payment.payment_id,
            decline_code=payment.failure_code,
        )
        return Answer.refusal(declined, route=route, request_id=request_id)
    return _payment(settings, payment, CREATED)


def open_answer(settings: Settings, payment: Payment) -> Answer:
    """Tell of a payment whose outcome is being asked for: accepted, look again."""
    return _payment(settings, payment, ACCEPTED)


def final_refund_answer(refund: Refund, *, route: str, request_id: str) -> Answer | None:
    if refund.status == "uncertain" or (refund.status == "pending" and refund.processor_refund_id is None):
        return None
    if refund.status == "failed":
        refused = NotRefundable(
            f"The card processor refused this refund ({refund.failure_code}); nothing was given back.",
            payment_id=refund.payment_id,
            refund_id=refund.refund_id,
        )
        return Answer.refusal(refused, route=route, request_id=request_id)
    return _refund(refund, CREATED)


def open_refund_answer(refund: Refund) -> Answer:
    return _refund(refund, ACCEPTED)


def receipt_url(settings: Settings, payment_id: str) -> str:
    return f"{base_url(settings)}/payments/{payment_id}/receipt"


def base_url(settings: Settings) -> str:
    return str(settings.public_url).rstrip("/")


def _payment(settings: Settings, payment: Payment, status: int) -> Answer:
    body = payment_view(settings, payment).model_dump_json().encode()
    return Answer(status, body, f"/api/payments/{payment.payment_id}")


def _refund(refund: Refund, status: int) -> Answer:
    return Answer(status, refund_view(refund).model_dump_json().encode(), f"/api/payments/{refund.payment_id}")
