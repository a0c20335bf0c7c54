from dataclasses import dataclass
from datetime import datetime

from system.kit.db import Connection, fetch_all


@dataclass(frozen=True, slots=True)
class HeldGrant:
    item_id: str
    payment_id: str
    granted_at: datetime
    revoked_at: datetime | None
    revoked_because: str | None


async def held_grants(conn: Connection, account_id: str) -> list[HeldGrant]:
    return await fetch_all(
        conn,
        HeldGrant,
        """
        SELECT item_id, payment_id, granted_at, revoked_at, revoked_because
          FROM grants WHERE account_id = %(account_id)s ORDER BY grant_id
        """,
        {"account_id": account_id},
    )
