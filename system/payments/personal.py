"""What payments keep of a person: shown to him, and taken off the books' rows that stay."""

from dataclasses import dataclass
from datetime import datetime

from system.kit.db import Connection, execute, fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class HeldPayment:
    payment_id: str
    item_name: str
    amount: int
    currency: str
    status: str
    refunded_amount: int
    processor_payment_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HeldRefund:
    refund_id: str
    payment_id: str
    amount: int
    currency: str
    reason: str | None
    note: str | None
    status: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HeldDispute:
    payment_id: str
    amount: int
    currency: str
    status: str
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class _Undecided:
    object_id: str


async def held_payments(conn: Connection, account_id: str) -> list[HeldPayment]:
    return await fetch_all(
        conn,
        HeldPayment,
        """
        SELECT payment_id, item_name, amount, currency, status, refunded_amount, processor_payment_id, created_at
          FROM payments WHERE account_id = %(account_id)s ORDER BY payment_id
        """,
        {"account_id": account_id},
    )


async def held_refunds(conn: Connection, account_id: str) -> list[HeldRefund]:
    return await fetch_all(
        conn,
        HeldRefund,
        """
        SELECT refund_id, payment_id, amount, currency, reason, note, status, created_at
          FROM refunds WHERE account_id = %(account_id)s ORDER BY refund_id
        """,
        {"account_id": account_id},
    )


async def held_disputes(conn: Connection, account_id: str) -> list[HeldDispute]:
    return await fetch_all(
        conn,
        HeldDispute,
        """
        SELECT payment_id, amount, currency, status, reason, created_at
          FROM disputes WHERE account_id = %(account_id)s ORDER BY created_at, processor_dispute_id
        """,
        {"account_id": account_id},
    )


async def find_undecided(conn: Connection, account_id: str) -> str | None:
    """Find a payment, refund or dispute of which it is not certain yet what becomes of the money."""
    found = await fetch_one(
        conn,
        _Undecided,
        """
        SELECT payment_id AS object_id FROM payments
         WHERE account_id = %(account_id)s AND status IN ('processing', 'requires_action', 'uncertain')
        UNION ALL
        SELECT refund_id FROM refunds WHERE account_id = %(account_id)s AND status IN ('pending', 'uncertain')
        UNION ALL
        SELECT payment_id FROM disputes
         WHERE account_id = %(account_id)s AND status NOT IN ('won', 'lost', 'warning_closed', 'prevented')
         LIMIT 1
        """,
        {"account_id": account_id},
    )
    return found.object_id if found else None


async def strip(conn: Connection, account_id: str) -> None:
    """Take off what somebody wrote or a page said; amounts, states and the processor's ids are the books."""
    params = {"account_id": account_id}
    await execute(conn, "UPDATE refunds SET note = NULL WHERE account_id = %(account_id)s AND note IS NOT NULL", params)
    await execute(
        conn,
        """
        UPDATE payments SET next_action_url = NULL, failure_message = NULL
         WHERE account_id = %(account_id)s AND (next_action_url IS NOT NULL OR failure_message IS NOT NULL)
        """,
        params,
    )


async def take_customer(conn: Connection, account_id: str) -> str | None:
    """Forget what the processor knows an account as, and return it."""
    cursor = await conn.execute(
        "DELETE FROM processor_customers WHERE account_id = %(account_id)s RETURNING processor_customer_id",
        {"account_id": account_id},
    )
    found = await cursor.fetchone()
    return str(found[0]) if found else None
