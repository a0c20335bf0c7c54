from system.context import System
from system.kit.db import Connection
from system.kit.problems import ServiceUnavailable
from system.payments import repository
from system.payments.refund_settlement import settle_reported
from system.processor.port import Unknown
from system.webhooks.matching import actor_of
from system.webhooks.models import Effect, ParkedError, WebhookEvent
from system.webhooks.subscribers import subscribes


async def handle(system: System, event: WebhookEvent) -> Effect | None:
    """Some of a charge was given back. Which refunds that were is asked for; the event tells the sum only."""
    async with system.db.statement() as conn:
        payment = await repository.find_by_charge(conn, str(event.object_id))
    if payment is None and await subscribes(system, event.object.get("customer")):
        raise ServiceUnavailable("The invoice that this charge paid is not recorded yet; send the event again.")
    if payment is None or payment.processor_payment_id is None or event.object.get("currency") != payment.currency:
        raise ParkedError("the charge is none of ours, or in another currency")
    if event.object.get("amount_refunded") == payment.refunded_amount:
        return None
    found = await system.processor.refunds_of(payment.processor_payment_id)
    if isinstance(found, Unknown):
        raise ServiceUnavailable("The processor does not tell about its own event now; send the event again.")

    async def effect(conn: Connection) -> None:
        for refund in found:
            await settle_reported(conn, system, payment.payment_id, refund, actor=actor_of(event))

    return effect
