from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Json

from system.kit.db import Connection, execute, fetch_all, fetch_one
from system.processor.billing import BilledInvoice, InvoiceLine
from system.subscriptions.models import Subscription


@dataclass(frozen=True, slots=True)
class Invoice:
    """What the processor billed. `lines` are as they were; amounts are minor units of `currency`."""

    processor_invoice_id: str
    subscription_id: str
    account_id: str
    status: str
    reason: str
    total: int
    amount_due: int
    amount_paid: int
    currency: str
    lines: list[dict[str, Any]]
    attempts: int
    next_attempt_at: datetime | None
    pay_url: str | None
    payment_id: str | None
    created_at: datetime
    paid_at: datetime | None


async def find(conn: Connection, processor_invoice_id: str) -> Invoice | None:
    return await fetch_one(
        conn,
        Invoice,
        """
        SELECT processor_invoice_id, subscription_id, account_id, status, reason, total, amount_due, amount_paid,
               currency, lines, attempts, next_attempt_at, pay_url, payment_id, created_at, paid_at
          FROM subscription_invoices
         WHERE processor_invoice_id = %(given)s
        """,
        {"given": processor_invoice_id},
    )


async def list_of_account(conn: Connection, account_id: str, *, limit: int) -> list[Invoice]:
    """List what an account was billed, newest first."""
    return await fetch_all(
        conn,
        Invoice,
        """
        SELECT processor_invoice_id, subscription_id, account_id, status, reason, total, amount_due, amount_paid,
               currency, lines, attempts, next_attempt_at, pay_url, payment_id, created_at, paid_at
          FROM subscription_invoices
         WHERE account_id = %(account_id)s
         ORDER BY created_at DESC, processor_invoice_id DESC
         LIMIT %(limit)s
        """,
        {"account_id": account_id, "limit": limit},
    )


async def read_from(conn: Connection, subscription_id: str) -> datetime | None:
    """Return since when invoices may have changed: the oldest that is not final, else the newest; None without any."""
    cursor = await conn.execute(
        """
        SELECT coalesce(min(created_at) FILTER (WHERE status IN ('draft', 'open')), max(created_at))
          FROM subscription_invoices
         WHERE subscription_id = %(subscription_id)s
        """,
        {"subscription_id": subscription_id},
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def latest_payment(conn: Connection, subscription_id: str) -> str | None:
    """Find the payment that a subscription was last paid with."""
    cursor = await conn.execute(
        """
        SELECT payment_id FROM subscription_invoices
         WHERE subscription_id = %(subscription_id)s AND payment_id IS NOT NULL
         ORDER BY created_at DESC, processor_invoice_id DESC
         LIMIT 1
        """,
        {"subscription_id": subscription_id},
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def list_payments(conn: Connection, subscription_id: str) -> list[str]:
    """List the payments that a subscription was paid with, the latest first."""
    cursor = await conn.execute(
        """
        SELECT payment_id FROM subscription_invoices
         WHERE subscription_id = %(subscription_id)s AND payment_id IS NOT NULL
         ORDER BY created_at DESC, processor_invoice_id DESC
        """,
        {"subscription_id": subscription_id},
    )
    return [str(row[0]) for row in await cursor.fetchall()]


async def refundable(conn: Connection, subscription_id: str) -> int:
    """Return how much of what a subscription was paid with is neither given back nor about to be, in minor units."""
    cursor = await conn.execute(
        """
        SELECT coalesce(sum(payments.amount - payments.reserved_amount), 0)
          FROM subscription_invoices JOIN payments USING (payment_id)
         WHERE subscription_id = %(subscription_id)s AND payments.status = 'succeeded'
        """,
        {"subscription_id": subscription_id},
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def store(
    conn: Connection, subscription: Subscription, invoice: BilledInvoice, payment_id: str | None, now: datetime
) -> None:
    """Write an invoice as the processor has it; what paid it stays."""
    await execute(
        conn,
        """
        INSERT INTO subscription_invoices AS known
               (processor_invoice_id, subscription_id, account_id, status, reason, total, amount_due, amount_paid,
                currency, lines, attempts, next_attempt_at, pay_url, payment_id, created_at, paid_at, updated_at)
        VALUES (%(processor_invoice_id)s, %(subscription_id)s, %(account_id)s, %(status)s, %(reason)s, %(total)s,
                %(amount_due)s, %(amount_paid)s, %(currency)s, %(lines)s, %(attempts)s, %(next_attempt_at)s,
                %(pay_url)s, %(payment_id)s, %(created_at)s, %(paid_at)s, %(now)s)
        ON CONFLICT (processor_invoice_id) DO UPDATE
           SET status = EXCLUDED.status, total = EXCLUDED.total, amount_due = EXCLUDED.amount_due,
               amount_paid = EXCLUDED.amount_paid, lines = EXCLUDED.lines, attempts = EXCLUDED.attempts,
               next_attempt_at = EXCLUDED.next_attempt_at, pay_url = EXCLUDED.pay_url,
               payment_id = coalesce(known.payment_id, EXCLUDED.payment_id), paid_at = EXCLUDED.paid_at,
               updated_at = EXCLUDED.updated_at
        """,
        {
            "processor_invoice_id": invoice.processor_invoice_id,
            "subscription_id": subscription.subscription_id,
            "account_id": subscription.account_id,
            "status": invoice.status,
            "reason": invoice.reason,
            "total": invoice.total.amount,
            "amount_due": invoice.amount_due.amount,
            "amount_paid": invoice.amount_paid.amount,
            "currency": invoice.total.currency,
            "lines": Json([line_fields(line) for line in invoice.lines]),
            "attempts": invoice.attempts,
            "next_attempt_at": invoice.next_attempt_at,
            "pay_url": invoice.pay_url,
            "payment_id": payment_id,
            "created_at": invoice.created_at,
            "paid_at": invoice.paid_at,
            "now": now,
        },
    )


async def store_period(conn: Connection, subscription_id: str, line: InvoiceLine, processor_invoice_id: str) -> None:
    """Write a period that was paid for, once."""
    await execute(
        conn,
        """
        INSERT INTO subscription_periods (subscription_id, starts_at, ends_at, price_id, processor_invoice_id)
        VALUES (%(subscription_id)s, %(starts_at)s, %(ends_at)s, %(price_id)s, %(processor_invoice_id)s)
        ON CONFLICT (subscription_id, starts_at) DO NOTHING
        """,
        {
            "subscription_id": subscription_id,
            "starts_at": line.starts_at,
            "ends_at": line.ends_at,
            "price_id": line.price_id,
            "processor_invoice_id": processor_invoice_id,
        },
    )


def line_fields(line: InvoiceLine) -> dict[str, Any]:
    """Return a line as it is stored and told."""
    return {
        "description": line.description,
        "amount": line.money.amount,
        "currency": line.money.currency,
        "proration": line.proration,
        "price_id": line.price_id,
        "starts_at": line.starts_at.isoformat(),
        "ends_at": line.ends_at.isoformat(),
    }
