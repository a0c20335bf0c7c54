"""The processor's page that a subscription begins on, given up by whoever opened it.

It holds the account's one place for an hour. The processor closes it, so that nobody can pay on it afterwards; when it
was paid a moment before, the subscription has begun, and stays.
"""

from system.audit.service import Actor
from system.context import System
from system.payments.problems import ProcessorUnavailable
from system.processor.port import Unknown
from system.subscriptions import repository, syncing
from system.subscriptions.models import Subscription


class PageInTheWayError(Exception):
    """The account's place is held by a page that its owner has turned away from."""

    def __init__(self, subscription_id: str) -> None:
        super().__init__(subscription_id)
        self.subscription_id = subscription_id


def is_open(subscription: Subscription) -> bool:
    """Tell whether a subscription is no more than a page that waits for a card."""
    begun = subscription.processor_subscription_id is not None
    return subscription.status == "incomplete" and subscription.processor_session_id is not None and not begun


def stands_in_the_way(held: Subscription, wanted: Subscription) -> bool:
    """Tell whether something else is wanted than what the open page is for; the same is finished there."""
    return is_open(held) and (held.price_id, held.trial_days) != (wanted.price_id, wanted.trial_days)


async def give_up(system: System, subscription_id: str, *, actor: Actor) -> Subscription:
    """Have the page closed, and return what became of its subscription: it has ended, or it has just begun.

    ProcessorUnavailable when the processor does not say.
    """
    async with system.db.statement() as conn:
        subscription = await repository.get(conn, subscription_id)
    if not is_open(subscription):
        return subscription
    assert subscription.processor_session_id is not None, "an open page has an id"
    closed = await system.processor.close_page(subscription.processor_session_id)
    if isinstance(closed, Unknown):
        raise ProcessorUnavailable(
            f"The card processor does not close the open page now ({closed.reason}); try again.", retry_after_s=5
        )
    return await syncing.sync(system, subscription_id, actor=actor)
