"""Which of our payments an event is about, and whether it can be about it at all."""

from system.audit.service import Actor
from system.context import System
from system.kit.db import Connection
from system.kit.problems import ServiceUnavailable
from system.payments import repository
from system.payments.inquiry import conclude
from system.payments.models import Payment
from system.payments.refund_settlement import settle_reported
from system.processor.port import PaymentAnswer, RefundAnswer, Refunded, Unavailable, Unknown
from system.webhooks.models import Effect, ParkedError, WebhookEvent


async def payment_of(system: System, event: WebhookEvent, *, amount_member: str) -> Payment:
    """Return the payment that the object's metadata name; ParkedError if amount, currency or customer differ."""
    payment_id = event.metadata.get("payment_id")
    if not isinstance(payment_id, str):
        raise ParkedError("the object names no payment of ours")
    async with system.db.statement() as conn:
        payment = await repository.find(conn, payment_id)
    if payment is None:
        raise ParkedError("the object names a payment that we do not have")
    stated = (event.object.get(amount_member), event.object.get("currency"), event.object.get("customer"))
    if stated != (payment.amount, payment.currency, payment.processor_customer_id):
        raise ParkedError("amount, currency or customer are not those of the payment that the object names")
    return payment


def settled_by(system: System, event: WebhookEvent, payment: Payment, answer: PaymentAnswer | None) -> Effect:
    """Return the effect of what the processor said when it was asked; ServiceUnavailable if it did not say."""
    if answer is None:
        raise ParkedError("the processor knows no such object")
    if isinstance(answer, Unavailable | Unknown):
        raise ServiceUnavailable("The processor does not tell about its own event now; send the event again.")

    async def effect(conn: Connection) -> None:
        await conclude(conn, system, payment.payment_id, answer, actor=actor_of(event))

    return effect


def refunded_by(system: System, event: WebhookEvent, payment: Payment, answer: RefundAnswer | None) -> Effect:
    """Return the effect of a refund as the processor told of it; ServiceUnavailable if it did not."""
    if answer is None:
        raise ParkedError("the processor knows no such refund")
    if not isinstance(answer, Refunded):
        raise ServiceUnavailable("The processor does not tell about its own event now; send the event again.")
    found = answer

    async def effect(conn: Connection) -> None:
        await settle_reported(conn, system, payment.payment_id, found, actor=actor_of(event))

    return effect


def actor_of(event: WebhookEvent) -> Actor:
    return Actor("system:webhook", event.event_id)
