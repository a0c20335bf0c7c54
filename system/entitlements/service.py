from datetime import datetime

from system.entitlements import repository
from system.kit.db import Connection


async def grant(conn: Connection, *, account_id: str, item_id: str, payment_id: str, now: datetime) -> None:
    """Grant what a payment bought, once."""
    await repository.insert(conn, account_id=account_id, item_id=item_id, payment_id=payment_id, now=now)


async def revoke(conn: Connection, *, payment_id: str, because: str, now: datetime) -> bool:
    """Take back what this payment granted, and nothing that another one did. `because` names the refund."""
    return await repository.revoke(conn, payment_id, because, now)


async def restore(conn: Connection, *, payment_id: str, because: str) -> bool:
    """Give back what was revoked for this very reason."""
    return await repository.restore(conn, payment_id, because)
