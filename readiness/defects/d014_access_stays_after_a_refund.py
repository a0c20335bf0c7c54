"""What was given back in full stays open: the money is gone, and the course is not."""

from typing import Any

from system.entitlements import service as entitlements

ROW = 14
SOURCE = "Automattic/sensei#181; mitodl/mitxpro#669"
CHECK = "contract/test_entitlements.py::test_a_refund_closes_what_it_bought_with_the_next_request"


def apply() -> None:
    """Close for a bank's sake, and for no refund's."""
    revoke = entitlements.revoke

    async def revoke_disputed(conn: Any, *, payment_id: str, because: str, now: Any) -> None:
        if not because.startswith("rfd_"):
            await revoke(conn, payment_id=payment_id, because=because, now=now)

    entitlements.revoke = revoke_disputed
