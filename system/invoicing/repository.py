# ruff: noqa: S608 - the only thing put into these queries is the constant list of columns

from datetime import datetime
from typing import Any, LiteralString

from psycopg.types.json import Json

from system.invoicing.models import PREFIXES, Document, Due
from system.kit.db import Connection, execute, fetch_all, fetch_one
from system.kit.ids import new_id

COLUMNS: LiteralString = """
    document_id, kind, series, number, account_id, payment_id, refund_id, amount, currency, lines, paid_with,
    buyer_name, buyer_email, seller, corrects, occurred_at, issued_at
"""
_NUMBERING = 0x494E564F
"""The advisory lock of whoever gives numbers."""


async def insert_due(conn: Connection, due: Due, now: datetime) -> None:
    """Insert a document that is owed, once for its fact, with the buyer as he is now.

    The caller holds the lock of the payment: the same fact does not come twice at one time.
    """
    await execute(
        conn,
        """
        INSERT INTO invoices_due (document_id, kind, account_id, payment_id, refund_id, amount, currency, lines,
                                  paid_with, buyer_name, buyer_email, occurred_at)
        SELECT %(document_id)s, %(kind)s, account_id, %(payment_id)s, %(refund_id)s, %(amount)s, %(currency)s,
               %(lines)s, %(paid_with)s, name, email, %(occurred_at)s
          FROM accounts
         WHERE account_id = %(account_id)s
        ON CONFLICT DO NOTHING
        """,
        {
            "document_id": new_id("inv", now),
            "kind": due.kind,
            "account_id": due.account_id,
            "payment_id": due.payment_id,
            "refund_id": due.refund_id,
            "amount": due.money.amount,
            "currency": due.money.currency,
            "lines": Json([line.fields() for line in due.lines]),
            "paid_with": due.paid_with,
            "occurred_at": due.occurred_at,
        },
    )


async def take_turn(conn: Connection) -> bool:
    """Become the one who gives numbers until this transaction ends; False while somebody else is."""
    cursor = await conn.execute("SELECT pg_try_advisory_xact_lock(%(key)s)", {"key": _NUMBERING})
    row = await cursor.fetchone()
    return bool(row and row[0])


async def issue(conn: Connection, *, seller: dict[str, Any], now: datetime, limit: int) -> int:
    """Number a batch of what is owed, in the order in which it came, and return how many those were.

    It is this transaction's turn. The numbers go on from the highest one that is there, so that what is rolled back
    leaves no gap. A note waits for the document that it corrects. Time does not run backwards within a series,
    whatever the clocks of two workers say.
    """
    return await execute(
        conn,
        """
        WITH ready AS (
            SELECT due.*, prefix || '-' || %(year)s AS series,
                   corrected.series || '-' || lpad(corrected.number::text, 6, '0') AS corrects
              FROM invoices_due AS due
              JOIN unnest(%(kinds)s::text[], %(prefixes)s::text[]) AS kinds (kind, prefix) USING (kind)
              LEFT JOIN invoices AS corrected
                     ON corrected.payment_id = due.payment_id
                    AND (due.kind, corrected.kind) IN (('credit_note', 'invoice'), ('debit_note', 'credit_note'))
                    AND (corrected.kind = 'invoice' OR corrected.refund_id = due.refund_id)
             WHERE due.kind = 'invoice' OR corrected.document_id IS NOT NULL
             ORDER BY due.document_id
             LIMIT %(limit)s),
        latest AS (
            SELECT begun.series, number, issued_at
              FROM (SELECT DISTINCT series FROM ready) AS begun,
                   LATERAL (SELECT number, issued_at FROM invoices
                             WHERE invoices.series = begun.series ORDER BY number DESC LIMIT 1) AS highest),
        issued AS (
            INSERT INTO invoices (document_id, kind, series, number, account_id, payment_id, refund_id, amount,
                                  currency, lines, paid_with, buyer_name, buyer_email, seller, corrects, occurred_at,
                                  issued_at)
            SELECT document_id, kind, series,
                   coalesce(latest.number, 0) + row_number() OVER (PARTITION BY series ORDER BY document_id),
                   account_id, payment_id, refund_id, amount, currency, lines, paid_with, buyer_name, buyer_email,
                   %(seller)s, corrects, occurred_at, greatest(latest.issued_at, %(now)s)
              FROM ready LEFT JOIN latest USING (series)
             ORDER BY series, 4
            RETURNING document_id)
        DELETE FROM invoices_due USING issued WHERE invoices_due.document_id = issued.document_id
        """,
        {
            "year": str(now.year),
            "kinds": list(PREFIXES),
            "prefixes": list(PREFIXES.values()),
            "seller": Json(seller),
            "now": now,
            "limit": limit,
        },
    )


async def find(conn: Connection, document_id: str, *, account_id: str) -> Document | None:
    return await fetch_one(
        conn,
        Document,
        f"SELECT {COLUMNS} FROM invoices WHERE document_id = %(document_id)s AND account_id = %(account_id)s",
        {"document_id": document_id, "account_id": account_id},
    )


async def list_of_payment(conn: Connection, payment_id: str, *, account_id: str) -> list[Document]:
    """List what was issued for a payment, the invoice first."""
    return await fetch_all(
        conn,
        Document,
        f"""
        SELECT {COLUMNS} FROM invoices
         WHERE payment_id = %(payment_id)s AND account_id = %(account_id)s
         ORDER BY kind <> 'invoice', document_id
        """,
        {"payment_id": payment_id, "account_id": account_id},
    )


async def is_due(conn: Connection, payment_id: str, *, account_id: str) -> bool:
    """Tell whether an invoice of the payment waits for its number, or got it just now."""
    cursor = await conn.execute(
        """
        SELECT FROM invoices_due
         WHERE payment_id = %(payment_id)s AND account_id = %(account_id)s AND kind = 'invoice'
        UNION ALL
        SELECT FROM invoices
         WHERE payment_id = %(payment_id)s AND account_id = %(account_id)s AND kind = 'invoice'
        """,
        {"payment_id": payment_id, "account_id": account_id},
    )
    return await cursor.fetchone() is not None


async def list_of_account(conn: Connection, account_id: str, *, before: str | None, limit: int) -> list[Document]:
    return await fetch_all(
        conn,
        Document,
        f"""
        SELECT {COLUMNS} FROM invoices
         WHERE account_id = %(account_id)s AND (%(before)s::text IS NULL OR document_id < %(before)s)
         ORDER BY document_id DESC
         LIMIT %(limit)s
        """,
        {"account_id": account_id, "before": before, "limit": limit},
    )
