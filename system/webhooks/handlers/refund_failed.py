from system.context import System
from system.webhooks.handlers import refund_created
from system.webhooks.models import Effect, WebhookEvent


async def handle(system: System, event: WebhookEvent) -> Effect | None:
    """The money came back: the opposite entry is booked, and what this refund had revoked is granted again."""
    return await refund_created.handle(system, event)
