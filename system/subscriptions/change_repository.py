# ruff: noqa: S608 - the only thing put into these queries is the constant list of columns

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from psycopg.types.json import Json

from system.kit.db import Connection, execute, fetch_one, params_of
from system.subscriptions.models import Change, Quote

_CHANGE: LiteralString = """
    change_id, subscription_id, account_id, kind, quote_id, payment_method, refund, status, failure_code,
    failure_message, created_at, updated_at
"""
_QUOTE: LiteralString = """
    quote_id, subscription_id, account_id, price_id, kind, new_period, from_price_id, from_period_end, prorated_at,
    total, currency, lines, expires_at, created_at
"""


async def insert(conn: Connection, change: Change) -> bool:
    """Insert what is about to be asked; False if something else is being asked of the subscription."""
    return bool(
        await execute(
            conn,
            """
            INSERT INTO subscription_changes (change_id, subscription_id, account_id, kind, quote_id, payment_method,
                                              refund, status, created_at, updated_at)
            VALUES (%(change_id)s, %(subscription_id)s, %(account_id)s, %(kind)s, %(quote_id)s, %(payment_method)s,
                    %(refund)s, %(status)s, %(created_at)s, %(updated_at)s)
            ON CONFLICT (subscription_id) WHERE status = 'asked' DO NOTHING
            """,
            params_of(change),
        )
    )


async def find(conn: Connection, change_id: str) -> Change | None:
    query: LiteralString = f"SELECT {_CHANGE} FROM subscription_changes WHERE change_id = %(change_id)s"
    return await fetch_one(conn, Change, query, {"change_id": change_id})


async def get(conn: Connection, change_id: str) -> Change:
    found = await find(conn, change_id)
    assert found is not None, "changes are never deleted"
    return found


async def conclude(conn: Connection, change: Change) -> bool:
    """Write what became of a change, once; False if it is known already."""
    return bool(
        await execute(
            conn,
            """
            UPDATE subscription_changes
               SET status = %(status)s, failure_code = %(failure_code)s, failure_message = %(failure_message)s,
                   updated_at = %(updated_at)s
             WHERE change_id = %(change_id)s AND status = 'asked'
            """,
            params_of(change),
        )
    )


async def paused_since(conn: Connection, subscription_id: str) -> datetime | None:
    """Return when the subscription was paused, unless it was resumed since."""
    cursor = await conn.execute(
        """
        SELECT CASE kind WHEN 'pause' THEN created_at END
          FROM subscription_changes
         WHERE subscription_id = %(subscription_id)s AND kind IN ('pause', 'resume') AND status = 'done'
         ORDER BY change_id DESC
         LIMIT 1
        """,
        {"subscription_id": subscription_id},
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def take_undecided(
    conn: Connection, *, now: datetime, left_behind: datetime, asked: datetime, limit: int
) -> Sequence[str]:
    """Lease a batch of changes that nobody is at work on any more, and return their ids."""
    cursor = await conn.execute(
        """
        UPDATE subscription_changes SET asked_at = %(now)s
         WHERE change_id IN
               (SELECT change_id FROM subscription_changes
                 WHERE status = 'asked' AND updated_at < %(left_behind)s AND coalesce(asked_at <= %(asked)s, true)
                 ORDER BY updated_at
                 LIMIT %(limit)s
                 FOR UPDATE SKIP LOCKED)
        RETURNING change_id
        """,
        {"now": now, "left_behind": left_behind, "asked": asked, "limit": limit},
    )
    return [str(row[0]) for row in await cursor.fetchall()]


async def insert_quote(conn: Connection, quote: Quote) -> None:
    await execute(
        conn,
        f"""
        INSERT INTO subscription_quotes ({_QUOTE})
        VALUES (%(quote_id)s, %(subscription_id)s, %(account_id)s, %(price_id)s, %(kind)s, %(new_period)s,
                %(from_price_id)s, %(from_period_end)s, %(prorated_at)s, %(total)s, %(currency)s, %(lines)s,
                %(expires_at)s, %(created_at)s)
        """,
        {**params_of(quote), "lines": Json(quote.lines)},
    )


async def find_quote(conn: Connection, quote_id: str, *, account_id: str) -> Quote | None:
    """Find a quote that was given to this account."""
    query: LiteralString = f"""
        SELECT {_QUOTE} FROM subscription_quotes WHERE quote_id = %(quote_id)s AND account_id = %(account_id)s
    """
    return await fetch_one(conn, Quote, query, {"quote_id": quote_id, "account_id": account_id})
