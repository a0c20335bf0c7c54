"""One module for each type of event that means something to us. Every other type is recorded and left alone."""

from system.webhooks.handlers import (
    charge_refunded,
    checkout_session_completed,
    checkout_session_expired,
    payment_intent_canceled,
    payment_intent_payment_failed,
    payment_intent_succeeded,
    refund_created,
    refund_failed,
    refund_updated,
)
from system.webhooks.models import Handler

HANDLERS: dict[str, Handler] = {
    "charge.refunded": charge_refunded.handle,
    "checkout.session.async_payment_succeeded": checkout_session_completed.handle,
    "checkout.session.completed": checkout_session_completed.handle,
    "checkout.session.expired": checkout_session_expired.handle,
    "payment_intent.canceled": payment_intent_canceled.handle,
    "payment_intent.payment_failed": payment_intent_payment_failed.handle,
    "payment_intent.succeeded": payment_intent_succeeded.handle,
    "refund.created": refund_created.handle,
    "refund.failed": refund_failed.handle,
    "refund.updated": refund_updated.handle,
}
