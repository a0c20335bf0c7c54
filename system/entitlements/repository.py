from datetime import datetime

from system.kit.db import Connection, execute
from system.kit.ids import new_id


async def insert(conn: Connection, *, account_id: str, item_id: str, payment_id: str, now: datetime) -> None:
    await execute(
        conn,
        """
            INSERT INTO grants (grant_id, account_id, item_id, payment_id, granted_at)
            VALUES (%(grant_id)s, %(account_id)s, %(item_id)s, %(payment_id)s, %(now)s)
            ON CONFLICT (payment_id) DO NOTHING
            """,
        {
            "grant_id": new_id("grt", now),
            "account_id": account_id,
            "item_id": item_id,
            "payment_id": payment_id,
            "now": now,
        },
    )


async def revoke(conn: Connection, payment_id: str, because: str, now: datetime) -> bool:
    return bool(
        await execute(
            conn,
            """
            UPDATE grants SET revoked_at = %(now)s, revoked_because = %(because)s
             WHERE payment_id = %(payment_id)s AND revoked_at IS NULL
            """,
            {"payment_id": payment_id, "because": because, "now": now},
        )
    )


async def restore(conn: Connection, payment_id: str, because: str) -> bool:
    return bool(
        await execute(
            conn,
            """
            UPDATE grants SET revoked_at = NULL, revoked_because = NULL
             WHERE payment_id = %(payment_id)s AND revoked_because = %(because)s
            """,
            {"payment_id": payment_id, "because": because},
        )
    )
