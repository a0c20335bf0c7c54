"""Taking back an end begins a second subscription beside the first, and both are charged."""

from dataclasses import replace
from typing import Any

from system.subscriptions import changing, plan_repository
from system.subscriptions.subscribing import order_for

ROW = 54
SOURCE = "the catalogue's row 54"
CHECK = (
    "contract/subscriptions/test_ends_taken_back.py"
    "::test_an_end_that_is_taken_back_leaves_the_one_subscription_and_its_days"
)


def apply() -> None:
    ask_for = changing.ask_for

    async def begin_again(system: Any, change: Any) -> Any:
        if change.kind == "uncancel":
            async with system.db.statement() as conn:
                subscription = await changing.repository.get(conn, change.subscription_id)
                plan = await plan_repository.get(conn, subscription.price_id)
            order = order_for(system.settings, subscription, plan)
            await system.processor.create_subscription(replace(order, subscription_id=change.change_id))
        return await ask_for(system, change)

    changing.ask_for = begin_again
