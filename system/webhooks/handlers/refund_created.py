from system.context import System
from system.kit.problems import ServiceUnavailable
from system.payments import refund_repository, repository
from system.payments.models import Payment
from system.webhooks.matching import refunded_by
from system.webhooks.models import Effect, ParkedError, WebhookEvent


async def handle(system: System, event: WebhookEvent) -> Effect | None:
    """Money went back: on our request, or from the processor's own desk, where nobody asked us."""
    payment = await _refunded_payment(system, event)
    if await _is_settled(system, event):
        return None
    return refunded_by(system, event, payment, await system.processor.retrieve_refund(str(event.object_id)))


async def _refunded_payment(system: System, event: WebhookEvent) -> Payment:
    charge_id, payment_id = event.object.get("charge"), event.metadata.get("payment_id")
    async with system.db.statement() as conn:
        payment = await repository.find_by_charge(conn, charge_id) if isinstance(charge_id, str) else None
        named = await repository.find(conn, payment_id) if isinstance(payment_id, str) else None
    if payment is None and named is not None and named.is_live:
        raise ServiceUnavailable("The charge of this refund is not recorded yet; send the event again.")
    if payment is None or event.object.get("currency") != payment.currency:
        raise ParkedError("the refund is of no charge of ours, or in another currency")
    return payment


async def _is_settled(system: System, event: WebhookEvent) -> bool:
    """Tell the usual case: the request that asked for the refund has booked it before the event came."""
    async with system.db.statement() as conn:
        known = await refund_repository.find_by_processor_id(conn, str(event.object_id))
    return known is not None and known.status == "succeeded" and event.object.get("status") == "succeeded"
