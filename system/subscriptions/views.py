from system.kit.db import Connection
from system.subscriptions import plan_repository
from system.subscriptions.answers import subscription_view
from system.subscriptions.models import Subscription
from system.subscriptions.schemas import SubscriptionView


async def view_of(conn: Connection, subscription: Subscription) -> SubscriptionView:
    """Return a subscription as its owner sees it, with the plans that it names."""
    plan = await plan_repository.get(conn, subscription.price_id)
    scheduled = subscription.scheduled_price_id
    return subscription_view(subscription, plan, await plan_repository.get(conn, scheduled) if scheduled else None)
