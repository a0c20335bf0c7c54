"""The event that came last is believed: `created`, when it is late, leaves a paid subscription incomplete."""

from dataclasses import replace
from typing import Any

from system.processor.billing import BilledSubscription
from system.subscriptions import syncing
from system.webhooks import subscribers
from system.webhooks.handlers import HANDLERS

ROW = 3
SOURCE = "laravel/cashier-stripe#1201, #1243"
CHECK = "contract/subscriptions/test_beginnings.py::test_the_events_of_a_beginning_leave_it_active_in_any_order"


def apply() -> None:
    """Take the state out of the event instead of asking for the present one."""
    handle = HANDLERS["customer.subscription.created"]

    async def handle_as_told(system: Any, event: Any) -> Any:
        subscription = await subscribers.subscription_of(system, event)
        reading = await syncing.read(system, subscription.subscription_id)
        if not isinstance(reading.billed, BilledSubscription):
            return await handle(system, event)
        told = replace(reading, billed=replace(reading.billed, status=event.object["status"]))

        async def effect(conn: Any) -> None:
            actor = subscribers.actor_of(event)
            await syncing.apply(conn, system, subscription.subscription_id, told, actor=actor)

        return effect

    HANDLERS.update(dict.fromkeys([kind for kind in HANDLERS if kind.startswith("customer.subscr")], handle_as_told))
