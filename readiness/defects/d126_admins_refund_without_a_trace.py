"""An admin gives money back, and the log of who did what has no row of it."""

from contextvars import ContextVar
from typing import Any

from system.payments import endpoints, refund_settlement, refunds

ROW = 126
SOURCE = "mitodl/mitxpro#894; antiwork/gumroad#4876; solidusio/solidus#4866"
CHECK = "contract/test_audit.py::test_an_admins_refund_says_who_gave_back_what"

_unseen: ContextVar[bool] = ContextVar("unseen", default=False)


def apply() -> None:
    """Take the trail for something that is kept of customers."""
    refund, record = endpoints.refund, refunds.record

    async def refund_unseen(system: Any, identity: Any, order: Any, scope: Any) -> Any:
        _unseen.set(identity.role == "admin")
        return await refund(system, identity, order, scope)

    async def record_customers(conn: Any, **row: Any) -> None:
        if not _unseen.get():
            await record(conn, **row)

    endpoints.refund = refund_unseen
    refunds.record = refund_settlement.record = record_customers
