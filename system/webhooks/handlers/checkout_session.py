"""A page of the processor is through, or closed: what it was opened for decides what that means."""

from system.context import System
from system.subscriptions import cards
from system.webhooks.handlers import checkout_session_completed, checkout_session_expired
from system.webhooks.matching import actor_of
from system.webhooks.models import Effect, WebhookEvent
from system.webhooks.subscribers import subscription_of, sync


async def handle_completed(system: System, event: WebhookEvent) -> Effect | None:
    match event.object.get("mode"):
        case "subscription":
            await sync(system, event)
            return None
        case "setup":
            return await _card_typed(system, event)
        case _:
            return await checkout_session_completed.handle(system, event)


async def handle_expired(system: System, event: WebhookEvent) -> Effect | None:
    match event.object.get("mode"):
        case "subscription":
            await sync(system, event)
            return None
        case "setup":
            return None
        case _:
            return await checkout_session_expired.handle(system, event)


async def _card_typed(system: System, event: WebhookEvent) -> Effect | None:
    """Adopt the card before the event is recorded: asking twice has the effect of once."""
    subscription = await subscription_of(system, event)
    await cards.adopt(system, subscription.subscription_id, str(event.object_id), actor=actor_of(event))
    return None
