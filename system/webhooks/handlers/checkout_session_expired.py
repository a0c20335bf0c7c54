from system.context import System
from system.webhooks.matching import payment_of, settled_by
from system.webhooks.models import Effect, WebhookEvent


async def handle(system: System, event: WebhookEvent) -> Effect | None:
    """The page is closed, and the item free to be bought anew."""
    payment = await payment_of(system, event, amount_member="amount_total")
    if not payment.is_live:
        return None
    return settled_by(system, event, payment, await system.processor.retrieve_session(str(event.object_id)))
