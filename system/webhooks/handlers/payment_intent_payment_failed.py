from system.context import System
from system.webhooks.matching import payment_of, settled_by
from system.webhooks.models import Effect, WebhookEvent


async def handle(system: System, event: WebhookEvent) -> Effect | None:
    """An attempt failed. On the hosted page the buyer tries another card; anywhere else the payment is over."""
    payment = await payment_of(system, event, amount_member="amount")
    if not payment.is_live or payment.processor_session_id is not None or payment.payment_method is None:
        return None
    return settled_by(system, event, payment, await system.processor.retrieve_payment(str(event.object_id)))
