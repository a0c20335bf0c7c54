# ruff: noqa: S608 - the only thing put into these queries is a constant part

from datetime import datetime

from system.entitlements.models import Source
from system.entitlements.tier_repository import HELD
from system.kit.db import Connection, execute, fetch_all
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


async def list_purchases(conn: Connection, account_id: str, item_id: str) -> list[Source]:
    """List the payments that bought an item and were not given back."""
    return await fetch_all(
        conn,
        Source,
        """
        SELECT 'purchase' AS kind, payment_id AS source_id, NULL AS tier, granted_at AS starts_at,
               NULL::timestamptz AS ends_at
          FROM grants
         WHERE account_id = %(account_id)s AND item_id = %(item_id)s AND revoked_at IS NULL
        """,
        {"account_id": account_id, "item_id": item_id},
    )


async def is_course_open(conn: Connection, account_id: str, item_id: str, features: list[str], now: datetime) -> bool:
    """Look for one live reason: the item was bought, or a tier that is held opens one of these features."""
    cursor = await conn.execute(
        f"""
        SELECT EXISTS (SELECT FROM grants
                        WHERE account_id = %(account_id)s AND item_id = %(item_id)s AND revoked_at IS NULL)
            OR EXISTS (SELECT FROM ({HELD}) AS held JOIN tier_features USING (tier) WHERE feature = ANY(%(features)s))
        """,
        {"account_id": account_id, "item_id": item_id, "features": features, "now": now},
    )
    return await cursor.fetchone() == (True,)


async def purchased_among(conn: Connection, account_id: str, item_ids: list[str]) -> list[str]:
    """List those of the items that the account has bought and keeps."""
    cursor = await conn.execute(
        """
        SELECT DISTINCT item_id FROM grants
         WHERE account_id = %(account_id)s AND item_id = ANY(%(item_ids)s) AND revoked_at IS NULL
        """,
        {"account_id": account_id, "item_ids": item_ids},
    )
    return [str(row[0]) for row in await cursor.fetchall()]
