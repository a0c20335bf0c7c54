"""Whoever buys holds the price's row until the card is charged: all who want the same thing queue behind him."""

from typing import Any

from system.payments import endpoints

ROW = 120
SOURCE = "polarsource/polar: the comment in discount/service.py"
CHECK = "contract/test_hot_rows.py::test_a_crowd_buys_one_course_in_the_time_of_one_buyer"


def apply() -> None:
    process = endpoints.process

    async def process_alone(system: Any, identity: Any, order: Any, scope: Any) -> Any:
        async with system.db.transaction() as conn:
            # The lock that a counter on the row would take; the payment's own foreign key may still refer to it.
            await conn.execute("SELECT FROM prices WHERE price_id = %s FOR NO KEY UPDATE", [order.price_id])
            return await process(system, identity, order, scope)

    endpoints.process = process_alone
