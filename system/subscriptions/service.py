"""What may be read of subscriptions."""

from system.audit.service import Actor
from system.context import System
from system.subscriptions import repository, syncing
from system.subscriptions.models import Subscription
from system.subscriptions.problems import NoSubscription
from system.subscriptions.schemas import SubscriptionView
from system.subscriptions.views import view_of


async def current(system: System, account_id: str) -> SubscriptionView:
    """Return the account's live subscription, or the one that ended last; NoSubscription if there never was one."""
    async with system.db.statement() as conn:
        subscription = await repository.find_latest(conn, account_id)
        if subscription is None:
            raise NoSubscription("You have no subscription; begin one at /api/subscriptions/create.")
        return await view_of(conn, subscription)


async def refresh(system: System, account_id: str, *, actor: Actor) -> Subscription:
    """Bring the account's subscription up to what the processor knows: its owner comes back from a page."""
    async with system.db.statement() as conn:
        subscription = await repository.find_latest(conn, account_id)
    if subscription is None:
        raise NoSubscription("You have no subscription; begin one at /api/subscriptions/create.")
    if not subscription.is_live or syncing.in_hands(system, subscription):
        return subscription
    return await syncing.sync(system, subscription.subscription_id, actor=actor)
