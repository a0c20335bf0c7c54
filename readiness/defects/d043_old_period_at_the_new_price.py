"""What is left of a period is reckoned at what its plan costs now, and not at what was paid for it."""

from typing import Any

from system.subscriptions import plan_repository

ROW = 43
SOURCE = "getlago/lago-api#1776"
CHECK = "contract/subscriptions/test_unused_time.py::test_unused_time_is_given_back_at_the_price_that_was_paid"


def apply() -> None:
    """Look a plan up by its name in the catalogue, which knows one price of it: the present one."""
    get = plan_repository.get

    async def get_current(conn: Any, price_id: str) -> Any:
        plan = await get(conn, price_id)
        return await plan_repository.current(conn, plan.item_id) or plan

    plan_repository.get = get_current
