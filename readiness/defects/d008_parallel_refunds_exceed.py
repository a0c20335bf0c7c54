"""Refunds that are asked for at the same time are each measured against what was left before any of them."""

from typing import Any

from system.kit.problems import NotFound
from system.payments import refunds, repository

ROW = 8
SOURCE = "juspay/hyperswitch#13182; fossasia/eventyay#1405"
CHECK = "contract/test_refunds.py::test_parallel_refunds_return_no_more_than_fits"


def apply() -> None:
    """Read the payment without locking it: the sums are checked, and then written over each other."""
    assert callable(refunds._lock)

    async def read(conn: Any, identity: Any, payment_id: str) -> Any:
        payment = await repository.find(conn, payment_id, account_id=identity.account_id)
        if payment is None:
            raise NotFound(f"You have no payment {payment_id}.")
        return payment

    refunds._lock = read
