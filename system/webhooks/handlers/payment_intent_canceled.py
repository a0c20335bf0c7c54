from system.context import System
from system.webhooks.matching import payment_of, settled_by
from system.webhooks.models import Effect, WebhookEvent


async def handle(system: System, event: WebhookEvent) -> Effect | None:
    """The attempt was given up."""
    payment = await payment_of(system, event, amount_member="amount")
    if not payment.is_live:
        return None
    return settled_by(system, event, payment, await system.processor.retrieve_payment(str(event.object_id)))
