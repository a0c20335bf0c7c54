"""Lists over all accounts, for those who judge the books. Each page is one query, however long it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from system.invoicing import repository as invoice_repository
from system.invoicing.models import Document
from system.kit.db import Connection, fetch_all
from system.payments import refund_repository
from system.payments import repository as payment_repository
from system.payments.models import Payment, Refund


@dataclass(frozen=True, slots=True)
class LedgerRow:
    entry_id: str
    business_key: str
    description: str
    posted_at: datetime
    postings: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class AccountSum:
    currency: str
    account: str
    debit: int
    credit: int


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    subscription_id: str
    account_id: str
    price_id: str
    status: str
    processor_subscription_id: str | None
    period_start: datetime | None
    period_end: datetime | None
    ended_at: datetime | None
    periods: list[dict[str, Any]]
    allowances: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class EventRow:
    event_id: str
    type: str
    object_id: str | None
    outcome: str
    reason: str | None
    created_at: datetime
    received_at: datetime


async def sum_by_account(conn: Connection) -> list[AccountSum]:
    return await fetch_all(
        conn,
        AccountSum,
        """
        SELECT currency, account,
               coalesce(sum(amount) FILTER (WHERE direction = 'debit'), 0)::bigint AS debit,
               coalesce(sum(amount) FILTER (WHERE direction = 'credit'), 0)::bigint AS credit
          FROM postings
         GROUP BY currency, account
         ORDER BY currency, account
        """,
        {},
    )


async def list_entries(conn: Connection, *, before: str | None, limit: int) -> list[LedgerRow]:
    return await fetch_all(
        conn,
        LedgerRow,
        """
        SELECT entry_id, business_key, description, posted_at,
               (SELECT jsonb_agg(jsonb_build_object('account', account, 'direction', direction,
                                                    'amount', amount, 'currency', currency) ORDER BY posting_id)
                  FROM postings WHERE postings.entry_id = ledger_entries.entry_id) AS postings
          FROM ledger_entries
         WHERE %(before)s::text IS NULL OR entry_id < %(before)s
         ORDER BY entry_id DESC
         LIMIT %(limit)s
        """,
        {"before": before, "limit": limit},
    )


async def list_payments(conn: Connection, *, before: str | None, limit: int) -> list[Payment]:
    query: LiteralString = f"""
        SELECT {payment_repository.COLUMNS} FROM payments
         WHERE %(before)s::text IS NULL OR payment_id < %(before)s
         ORDER BY payment_id DESC
         LIMIT %(limit)s
        """  # noqa: S608 - put together of constants
    return await fetch_all(conn, Payment, query, {"before": before, "limit": limit})


async def list_refunds(conn: Connection, *, before: str | None, limit: int) -> list[Refund]:
    query: LiteralString = f"""
        SELECT {refund_repository.COLUMNS} FROM refunds
         WHERE %(before)s::text IS NULL OR refund_id < %(before)s
         ORDER BY refund_id DESC
         LIMIT %(limit)s
        """  # noqa: S608 - put together of constants
    return await fetch_all(conn, Refund, query, {"before": before, "limit": limit})


async def list_invoices(conn: Connection, *, before: str | None, limit: int) -> list[Document]:
    query: LiteralString = f"""
        SELECT {invoice_repository.COLUMNS} FROM invoices
         WHERE %(before)s::text IS NULL OR document_id < %(before)s
         ORDER BY document_id DESC
         LIMIT %(limit)s
        """  # noqa: S608 - put together of constants
    return await fetch_all(conn, Document, query, {"before": before, "limit": limit})


async def list_subscriptions(conn: Connection, *, before: str | None, limit: int) -> list[SubscriptionRow]:
    return await fetch_all(
        conn,
        SubscriptionRow,
        """
        SELECT subscription_id, account_id, price_id, status, processor_subscription_id, period_start, period_end,
               ended_at,
               coalesce((SELECT jsonb_agg(jsonb_build_object(
                                    'starts_at', starts_at, 'ends_at', ends_at, 'price_id', periods.price_id,
                                    'processor_invoice_id', processor_invoice_id) ORDER BY starts_at)
                           FROM subscription_periods AS periods
                          WHERE periods.subscription_id = subscriptions.subscription_id), '[]') AS periods,
               coalesce((SELECT jsonb_agg(jsonb_build_object(
                                    'starts_at', starts_at, 'ends_at', ends_at, 'tokens', tokens) ORDER BY starts_at)
                           FROM token_allowances AS allowances
                          WHERE allowances.account_id = subscriptions.account_id), '[]') AS allowances
          FROM subscriptions
         WHERE %(before)s::text IS NULL OR subscription_id < %(before)s
         ORDER BY subscription_id DESC
         LIMIT %(limit)s
        """,
        {"before": before, "limit": limit},
    )


async def list_events(conn: Connection, *, before: str | None, limit: int) -> list[EventRow]:
    """By arrival; the processor's ids do not sort by time, so that the id only breaks ties."""
    return await fetch_all(
        conn,
        EventRow,
        """
        SELECT event_id, type, object_id, outcome, reason, created_at, received_at
          FROM webhook_events
         WHERE %(before)s::text IS NULL
            OR (received_at, event_id) < (SELECT received_at, event_id FROM webhook_events WHERE event_id = %(before)s)
         ORDER BY received_at DESC, event_id DESC
         LIMIT %(limit)s
        """,
        {"before": before, "limit": limit},
    )
