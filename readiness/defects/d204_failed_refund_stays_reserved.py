"""M4: what was set aside for a refund that failed is never released: the buyer cannot be given it a second time."""

from typing import Any

from system.payments import refund_settlement

ROW = 204
SOURCE = "solidusio/solidus#3831; antiwork/gumroad#5779"
CHECK = "contract/test_refunds.py::test_a_refund_that_fails_at_the_bank_can_be_made_again"

_RESERVE = "UPDATE payments SET reserved_amount = reserved_amount + %s WHERE payment_id = %s"


def apply() -> None:
    follow = refund_settlement._follow

    async def follow_and_keep(conn: Any, payment: Any, before: Any, after: Any, now: Any) -> None:
        await follow(conn, payment, before, after, now)
        if after.status == "failed":
            await conn.execute(_RESERVE, [after.amount, payment.payment_id])

    refund_settlement._follow = follow_and_keep
