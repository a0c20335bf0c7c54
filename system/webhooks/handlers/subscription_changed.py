from system.context import System
from system.webhooks.models import WebhookEvent
from system.webhooks.subscribers import sync


async def handle(system: System, event: WebhookEvent) -> None:
    """Something has become of a subscription or of one of its invoices: its present state is read and applied.

    So it does not matter which event tells of it, nor in what order they come. An ended subscription is read as well:
    its last invoice may have been paid meanwhile.
    """
    await sync(system, event)
