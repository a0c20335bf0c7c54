"""One module for each type of event that means something to us. Every other type is recorded and left alone."""

from system.webhooks.handlers import (
    charge_dispute,
    charge_refunded,
    checkout_session,
    payment_intent_canceled,
    payment_intent_payment_failed,
    payment_intent_succeeded,
    refund_created,
    refund_failed,
    refund_updated,
    subscription_changed,
)
from system.webhooks.models import Handler
from system.webhooks.subscribers import unless_invoiced

HANDLERS: dict[str, Handler] = {
    "charge.dispute.closed": charge_dispute.handle,
    "charge.dispute.created": charge_dispute.handle,
    "charge.dispute.funds_reinstated": charge_dispute.handle,
    "charge.dispute.funds_withdrawn": charge_dispute.handle,
    "charge.dispute.updated": charge_dispute.handle,
    "charge.refunded": charge_refunded.handle,
    "checkout.session.async_payment_succeeded": checkout_session.handle_completed,
    "checkout.session.completed": checkout_session.handle_completed,
    "checkout.session.expired": checkout_session.handle_expired,
    "customer.subscription.created": subscription_changed.handle,
    "customer.subscription.deleted": subscription_changed.handle,
    "customer.subscription.paused": subscription_changed.handle,
    "customer.subscription.pending_update_applied": subscription_changed.handle,
    "customer.subscription.pending_update_expired": subscription_changed.handle,
    "customer.subscription.resumed": subscription_changed.handle,
    "customer.subscription.trial_will_end": subscription_changed.handle,
    "customer.subscription.updated": subscription_changed.handle,
    "invoice.finalized": subscription_changed.handle,
    "invoice.marked_uncollectible": subscription_changed.handle,
    "invoice.paid": subscription_changed.handle,
    "invoice.payment_action_required": subscription_changed.handle,
    "invoice.payment_failed": subscription_changed.handle,
    "invoice.voided": subscription_changed.handle,
    "payment_intent.canceled": unless_invoiced(payment_intent_canceled.handle),
    "payment_intent.payment_failed": unless_invoiced(payment_intent_payment_failed.handle),
    "payment_intent.succeeded": unless_invoiced(payment_intent_succeeded.handle),
    "refund.created": refund_created.handle,
    "refund.failed": refund_failed.handle,
    "refund.updated": refund_updated.handle,
}
