from system.context import System
from system.webhooks.matching import payment_of, settled_by
from system.webhooks.models import Effect, ParkedError, WebhookEvent


async def handle(system: System, event: WebhookEvent) -> Effect | None:
    """The money is ours. Mostly the request that asked for it knows already; else the fee is asked for."""
    payment = await payment_of(system, event, amount_member="amount")
    if payment.processor_payment_id not in (None, event.object_id):
        raise ParkedError("the payment was made by another PaymentIntent")
    if payment.status == "succeeded":
        return None
    return settled_by(system, event, payment, await system.processor.retrieve_payment(str(event.object_id)))
