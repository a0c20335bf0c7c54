# ruff: noqa: S608 - the only thing put into these queries is the constant list of columns

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from system.kit.db import Connection, execute, fetch_all, fetch_one, params_of
from system.payments.models import Refund

COLUMNS: LiteralString = """
    refund_id, payment_id, account_id, amount, currency, reason, note, requested_by, status, failure_code,
    processor_refund_id, processor_balance_transaction_id, created_at, updated_at
"""


async def insert(conn: Connection, refund: Refund) -> None:
    await execute(
        conn,
        """
        INSERT INTO refunds (refund_id, payment_id, account_id, amount, currency, reason, note, requested_by, status,
                             failure_code, processor_refund_id, processor_balance_transaction_id, created_at,
                             updated_at)
        VALUES (%(refund_id)s, %(payment_id)s, %(account_id)s, %(amount)s, %(currency)s, %(reason)s, %(note)s,
                %(requested_by)s, %(status)s, %(failure_code)s, %(processor_refund_id)s,
                %(processor_balance_transaction_id)s, %(created_at)s, %(updated_at)s)
        """,
        params_of(refund),
    )


async def find(conn: Connection, refund_id: str) -> Refund | None:
    query: LiteralString = f"SELECT {COLUMNS} FROM refunds WHERE refund_id = %(refund_id)s"
    return await fetch_one(conn, Refund, query, {"refund_id": refund_id})


async def list_of_payment(conn: Connection, payment_id: str) -> list[Refund]:
    """List what was given back of a payment, oldest first."""
    query: LiteralString = f"SELECT {COLUMNS} FROM refunds WHERE payment_id = %(payment_id)s ORDER BY refund_id"
    return await fetch_all(conn, Refund, query, {"payment_id": payment_id})


async def find_by_processor_id(conn: Connection, processor_refund_id: str) -> Refund | None:
    query: LiteralString = f"SELECT {COLUMNS} FROM refunds WHERE processor_refund_id = %(given)s"
    return await fetch_one(conn, Refund, query, {"given": processor_refund_id})


async def update(conn: Connection, refund: Refund) -> None:
    """Write what may change of a refund whose payment is locked."""
    await execute(
        conn,
        """
        UPDATE refunds
           SET status = %(status)s, failure_code = %(failure_code)s, processor_refund_id = %(processor_refund_id)s,
               processor_balance_transaction_id = %(processor_balance_transaction_id)s, updated_at = %(updated_at)s
         WHERE refund_id = %(refund_id)s
        """,
        params_of(refund),
    )


async def take_undecided(
    conn: Connection, *, now: datetime, left_behind: datetime, unanswered: datetime, asked: datetime, limit: int
) -> Sequence[str]:
    """Lease a batch of refunds whose outcome has to be asked for; see the payments' verb of the same name."""
    cursor = await conn.execute(
        """
        UPDATE refunds SET asked_at = %(now)s
         WHERE refund_id IN
               (SELECT refund_id FROM refunds
                 WHERE (status = 'uncertain'
                        OR (status = 'pending' AND processor_refund_id IS NULL AND updated_at < %(left_behind)s)
                        OR (status = 'pending' AND updated_at < %(unanswered)s))
                   AND coalesce(
                        asked_at <= CASE WHEN processor_refund_id IS NULL THEN %(asked)s ELSE %(unanswered)s END, true)
                 ORDER BY updated_at
                 LIMIT %(limit)s
                 FOR UPDATE SKIP LOCKED)
        RETURNING refund_id
        """,
        {"now": now, "left_behind": left_behind, "unanswered": unanswered, "asked": asked, "limit": limit},
    )
    return [str(row[0]) for row in await cursor.fetchall()]
