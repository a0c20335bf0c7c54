from system.context import System
from system.webhooks.handlers import refund_created
from system.webhooks.models import Effect, WebhookEvent


async def handle(system: System, event: WebhookEvent) -> Effect | None:
    """The bank took a refund, or refused it. What it is now is asked for: an old event cannot undo a new one."""
    return await refund_created.handle(system, event)
