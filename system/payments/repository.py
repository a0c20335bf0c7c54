# ruff: noqa: S608 - the only thing put into these queries is the constant list of columns

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from system.kit.db import Connection, execute, fetch_all, fetch_one, params_of
from system.payments.models import Payment

COLUMNS: LiteralString = """
    payment_id, account_id, price_id, item_id, item_name, repeatable, amount, currency, payment_method, status,
    refunded_amount, reserved_amount, next_action_url, failure_code, failure_message, processor_customer_id,
    processor_session_id, processor_payment_id, processor_charge_id, processor_balance_transaction_id,
    processor_invoice_id, captured_at, created_at, updated_at
"""


async def insert(conn: Connection, payment: Payment) -> Payment | None:
    """Insert a payment, with the customer that the processor knows its account as; None if the item is taken.

    An attempt of another request that is not committed yet is waited for: of two, one sees the other.
    """
    return await fetch_one(
        conn,
        Payment,
        f"""
        INSERT INTO payments (payment_id, account_id, price_id, item_id, item_name, repeatable, amount, currency,
                              payment_method, status, processor_customer_id, processor_invoice_id, created_at,
                              updated_at)
        VALUES (%(payment_id)s, %(account_id)s, %(price_id)s, %(item_id)s, %(item_name)s, %(repeatable)s, %(amount)s,
                %(currency)s, %(payment_method)s, %(status)s,
                (SELECT processor_customer_id FROM processor_customers WHERE account_id = %(account_id)s),
                %(processor_invoice_id)s, %(created_at)s, %(updated_at)s)
        ON CONFLICT (account_id, item_id)
            WHERE NOT repeatable AND refunded_amount < amount
              AND status IN ('processing', 'requires_action', 'succeeded', 'uncertain')
            DO NOTHING
        RETURNING {COLUMNS}
        """,
        params_of(payment),
    )


async def find(conn: Connection, payment_id: str, *, account_id: str | None = None) -> Payment | None:
    """Find a payment; with `account_id`, only if it is that account's own."""
    return await fetch_one(
        conn,
        Payment,
        f"""
        SELECT {COLUMNS} FROM payments
         WHERE payment_id = %(payment_id)s AND (%(account_id)s::text IS NULL OR account_id = %(account_id)s)
        """,
        {"payment_id": payment_id, "account_id": account_id},
    )


async def lock(conn: Connection, payment_id: str) -> Payment:
    """Read a payment that nobody else changes until this transaction ends."""
    query: LiteralString = f"SELECT {COLUMNS} FROM payments WHERE payment_id = %(payment_id)s FOR UPDATE"
    found = await fetch_one(conn, Payment, query, {"payment_id": payment_id})
    assert found is not None, "payments are never deleted"
    return found


async def find_live_or_owned(conn: Connection, account_id: str, item_id: str) -> Payment | None:
    """Find the payment that stands in the way of buying an item once more."""
    return await fetch_one(
        conn,
        Payment,
        f"""
        SELECT {COLUMNS} FROM payments
         WHERE account_id = %(account_id)s AND item_id = %(item_id)s AND NOT repeatable AND refunded_amount < amount
           AND status IN ('processing', 'requires_action', 'succeeded', 'uncertain')
        """,
        {"account_id": account_id, "item_id": item_id},
    )


async def find_by_charge(conn: Connection, charge_id: str) -> Payment | None:
    query: LiteralString = f"SELECT {COLUMNS} FROM payments WHERE processor_charge_id = %(charge_id)s"
    return await fetch_one(conn, Payment, query, {"charge_id": charge_id})


async def list_of_account(conn: Connection, account_id: str, *, before: str | None, limit: int) -> list[Payment]:
    """List an account's payments, newest first, older than `before`."""
    return await fetch_all(
        conn,
        Payment,
        f"""
        SELECT {COLUMNS} FROM payments
         WHERE account_id = %(account_id)s AND (%(before)s::text IS NULL OR payment_id < %(before)s)
         ORDER BY payment_id DESC
         LIMIT %(limit)s
        """,
        {"account_id": account_id, "before": before, "limit": limit},
    )


async def update(conn: Connection, payment: Payment) -> None:
    """Write what may change of a payment that is locked."""
    await execute(
        conn,
        """
        UPDATE payments
           SET status = %(status)s, refunded_amount = %(refunded_amount)s, reserved_amount = %(reserved_amount)s,
               next_action_url = %(next_action_url)s, failure_code = %(failure_code)s,
               failure_message = %(failure_message)s, processor_session_id = %(processor_session_id)s,
               processor_payment_id = %(processor_payment_id)s, processor_charge_id = %(processor_charge_id)s,
               processor_balance_transaction_id = %(processor_balance_transaction_id)s,
               captured_at = %(captured_at)s, updated_at = %(updated_at)s
         WHERE payment_id = %(payment_id)s
        """,
        params_of(payment),
    )


async def find_customer(conn: Connection, account_id: str) -> str | None:
    """Find what the processor knows an account as."""
    cursor = await conn.execute(
        "SELECT processor_customer_id FROM processor_customers WHERE account_id = %(account_id)s",
        {"account_id": account_id},
    )
    found = await cursor.fetchone()
    return str(found[0]) if found else None


async def is_customer(conn: Connection, customer_id: str) -> bool:
    """Tell whether the processor's customer is an account of ours."""
    cursor = await conn.execute(
        "SELECT FROM processor_customers WHERE processor_customer_id = %(customer_id)s", {"customer_id": customer_id}
    )
    return await cursor.fetchone() is not None


async def store_customer(conn: Connection, *, account_id: str, customer_id: str, now: datetime) -> str:
    """Remember the account's customer and name it on its payments that were not sent yet; return the one that counts.

    That is the first one that was stored. Of requests that come here at the same instant each waits for the one
    before it, or they would lock the same payments in different orders.
    """
    await execute(
        conn,
        """
        INSERT INTO processor_customers (account_id, processor_customer_id, created_at)
        VALUES (%(account_id)s, %(customer_id)s, %(now)s)
        ON CONFLICT DO NOTHING
        """,
        {"account_id": account_id, "customer_id": customer_id, "now": now},
    )
    stored = await _hold_customer(conn, account_id)
    await execute(
        conn,
        """
        UPDATE payments SET processor_customer_id = %(stored)s
         WHERE account_id = %(account_id)s AND processor_customer_id IS NULL AND status = 'processing'
        """,
        {"account_id": account_id, "stored": stored},
    )
    return stored


async def _hold_customer(conn: Connection, account_id: str) -> str:
    cursor = await conn.execute(
        """
        SELECT processor_customer_id FROM processor_customers
         WHERE account_id = %(account_id)s FOR NO KEY UPDATE
        """,
        {"account_id": account_id},
    )
    held = await cursor.fetchone()
    assert held is not None, f"the processor's customer of {account_id} is stored for another account"
    return str(held[0])


async def take_undecided(
    conn: Connection, *, now: datetime, left_behind: datetime, unanswered: datetime, asked: datetime, limit: int
) -> Sequence[str]:
    """Lease a batch of payments whose outcome has to be asked for, and return their ids.

    Those are the uncertain, the `processing` that a dead process left behind, and the `requires_action` of which no
    event told for a long time. `asked_at` is the lease: another sweep passes over what this one took.
    """
    cursor = await conn.execute(
        """
        UPDATE payments SET asked_at = %(now)s
         WHERE payment_id IN
               (SELECT payment_id FROM payments
                 WHERE (status = 'uncertain' OR (status = 'processing' AND updated_at < %(left_behind)s)
                        OR (status = 'requires_action' AND updated_at < %(unanswered)s))
                   AND coalesce(
                        asked_at <= CASE status WHEN 'requires_action' THEN %(unanswered)s ELSE %(asked)s END, true)
                 ORDER BY updated_at
                 LIMIT %(limit)s
                 FOR UPDATE SKIP LOCKED)
        RETURNING payment_id
        """,
        {"now": now, "left_behind": left_behind, "unanswered": unanswered, "asked": asked, "limit": limit},
    )
    return [str(row[0]) for row in await cursor.fetchall()]
