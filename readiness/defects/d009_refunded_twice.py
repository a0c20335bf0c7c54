"""A payment that was refunded in full still counts as refundable, and a second full refund is taken."""

from dataclasses import replace
from typing import Any

from system.payments import refunds
from system.payments.models import Payment

ROW = 9
SOURCE = "ai-evals-course/cartwheel-homeworks#45"
CHECK = "contract/test_refunds.py::test_a_second_full_refund_is_a_conflict"


def apply() -> None:
    """Never count what is given back; the table's limit is met by not counting there either."""
    reserve = refunds.reserve

    async def reserve_uncounted(conn: Any, payment: Payment, refund: Any, now: Any) -> None:
        room = payment.amount - refund.amount
        await reserve(conn, replace(payment, reserved_amount=min(payment.reserved_amount, room)), refund, now)

    Payment.refundable_amount = property(lambda payment: payment.amount)
    refunds.reserve = reserve_uncounted
