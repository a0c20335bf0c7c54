# ruff: noqa: S608 - the only thing put into these queries is the constant list of columns

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from system.kit.db import Connection, execute, fetch_all, fetch_one, params_of
from system.subscriptions.models import Subscription

COLUMNS: LiteralString = """
    subscription_id, account_id, price_id, payment_method, trial_days, status, processor_customer_id,
    processor_subscription_id, processor_session_id, next_action_url, failure_code, failure_message, period_start,
    period_end, anchor, trial_end, cancel_at_period_end, canceled_at, ended_at, past_due_at, pending_price_id,
    scheduled_price_id, scheduled_at, card_brand, card_last4, card_expires, open_invoice_id, payment_id,
    version, created_at, updated_at
"""


async def insert(conn: Connection, subscription: Subscription) -> bool:
    """Insert a subscription that is about to be asked for; False if the account has a live one.

    One of another request that is not committed yet is waited for: of two, one sees the other.
    """
    return bool(
        await execute(
            conn,
            """
            INSERT INTO subscriptions (subscription_id, account_id, price_id, payment_method, trial_days, status,
                                       processor_customer_id, version, created_at, updated_at)
            VALUES (%(subscription_id)s, %(account_id)s, %(price_id)s, %(payment_method)s, %(trial_days)s, %(status)s,
                    %(processor_customer_id)s, %(version)s, %(created_at)s, %(updated_at)s)
            ON CONFLICT (account_id) WHERE ended_at IS NULL DO NOTHING
            """,
            params_of(subscription),
        )
    )


async def find(conn: Connection, subscription_id: str) -> Subscription | None:
    query: LiteralString = f"SELECT {COLUMNS} FROM subscriptions WHERE subscription_id = %(subscription_id)s"
    return await fetch_one(conn, Subscription, query, {"subscription_id": subscription_id})


async def get(conn: Connection, subscription_id: str) -> Subscription:
    found = await find(conn, subscription_id)
    assert found is not None, "subscriptions are never deleted"
    return found


async def lock(conn: Connection, subscription_id: str) -> Subscription:
    """Read a subscription that nobody else changes until this transaction ends."""
    query: LiteralString = f"SELECT {COLUMNS} FROM subscriptions WHERE subscription_id = %(subscription_id)s FOR UPDATE"
    found = await fetch_one(conn, Subscription, query, {"subscription_id": subscription_id})
    assert found is not None, "subscriptions are never deleted"
    return found


async def find_live(conn: Connection, account_id: str) -> Subscription | None:
    """Find the one subscription of an account that has not ended."""
    query: LiteralString = f"SELECT {COLUMNS} FROM subscriptions WHERE account_id = %(account_id)s AND ended_at IS NULL"
    return await fetch_one(conn, Subscription, query, {"account_id": account_id})


async def find_latest(conn: Connection, account_id: str) -> Subscription | None:
    """Find the live subscription of an account, or the one that ended last."""
    return await fetch_one(
        conn,
        Subscription,
        f"""
        SELECT {COLUMNS} FROM subscriptions
         WHERE account_id = %(account_id)s
         ORDER BY ended_at DESC NULLS FIRST, subscription_id DESC
         LIMIT 1
        """,
        {"account_id": account_id},
    )


async def find_by_processor_id(conn: Connection, processor_subscription_id: str) -> Subscription | None:
    query: LiteralString = f"SELECT {COLUMNS} FROM subscriptions WHERE processor_subscription_id = %(given)s"
    return await fetch_one(conn, Subscription, query, {"given": processor_subscription_id})


async def find_by_customer(conn: Connection, customer_id: str) -> Subscription | None:
    """Find the subscription that a customer of the processor has, or had last."""
    return await fetch_one(
        conn,
        Subscription,
        f"""
        SELECT {COLUMNS} FROM subscriptions
         WHERE processor_customer_id = %(customer_id)s
         ORDER BY ended_at DESC NULLS FIRST, subscription_id DESC
         LIMIT 1
        """,
        {"customer_id": customer_id},
    )


async def list_all(conn: Connection, *, before: str | None, limit: int) -> list[Subscription]:
    """List everybody's subscriptions, newest first, older than `before`."""
    return await fetch_all(
        conn,
        Subscription,
        f"""
        SELECT {COLUMNS} FROM subscriptions
         WHERE %(before)s::text IS NULL OR subscription_id < %(before)s
         ORDER BY subscription_id DESC
         LIMIT %(limit)s
        """,
        {"before": before, "limit": limit},
    )


async def name_customer(conn: Connection, subscription_id: str, customer_id: str) -> None:
    """Name the customer before anything is sent for it."""
    await execute(
        conn,
        """
        UPDATE subscriptions SET processor_customer_id = %(customer_id)s
         WHERE subscription_id = %(subscription_id)s AND processor_customer_id IS NULL
        """,
        {"subscription_id": subscription_id, "customer_id": customer_id},
    )


async def name_processor_id(conn: Connection, subscription_id: str, processor_subscription_id: str) -> None:
    """Remember what the processor calls it; the first name stays."""
    await execute(
        conn,
        """
        UPDATE subscriptions SET processor_subscription_id = %(given)s
         WHERE subscription_id = %(subscription_id)s AND processor_subscription_id IS NULL AND ended_at IS NULL
        """,
        {"subscription_id": subscription_id, "given": processor_subscription_id},
    )


async def update(conn: Connection, subscription: Subscription) -> None:
    """Write what may change of a subscription that is locked."""
    await execute(
        conn,
        """
        UPDATE subscriptions
           SET price_id = %(price_id)s, status = %(status)s, processor_customer_id = %(processor_customer_id)s,
               processor_subscription_id = %(processor_subscription_id)s,
               processor_session_id = %(processor_session_id)s, next_action_url = %(next_action_url)s,
               failure_code = %(failure_code)s, failure_message = %(failure_message)s,
               period_start = %(period_start)s, period_end = %(period_end)s, anchor = %(anchor)s,
               trial_end = %(trial_end)s, cancel_at_period_end = %(cancel_at_period_end)s,
               canceled_at = %(canceled_at)s, ended_at = %(ended_at)s, past_due_at = %(past_due_at)s,
               pending_price_id = %(pending_price_id)s, scheduled_price_id = %(scheduled_price_id)s,
               scheduled_at = %(scheduled_at)s, card_brand = %(card_brand)s, card_last4 = %(card_last4)s,
               card_expires = %(card_expires)s, open_invoice_id = %(open_invoice_id)s, payment_id = %(payment_id)s,
               version = %(version)s, updated_at = %(updated_at)s
         WHERE subscription_id = %(subscription_id)s
        """,
        params_of(subscription),
    )


async def take_undecided(
    conn: Connection,
    *,
    now: datetime,
    left_behind: datetime,
    unanswered: datetime,
    overdue: datetime,
    asked: datetime,
    limit: int,
) -> Sequence[str]:
    """Lease a batch of subscriptions that the processor has to be asked about, and return their ids.

    Those are the ones that a dead process left while it asked for them, the ones that wait for their owner and of which
    no event told for a long time, and the ones whose period ended at `overdue` or before without word of another.
    `asked_at` is the lease: another sweep passes over what this one took.
    """
    cursor = await conn.execute(
        """
        UPDATE subscriptions SET asked_at = %(now)s
         WHERE subscription_id IN
               (SELECT subscription_id FROM subscriptions
                 WHERE ended_at IS NULL
                   AND (status = 'opening' AND updated_at < %(left_behind)s
                        OR status = 'incomplete' AND updated_at < %(unanswered)s
                        OR period_end < %(overdue)s AND status <> 'paused')
                   AND coalesce(
                        asked_at <= CASE status WHEN 'incomplete' THEN %(unanswered)s ELSE %(asked)s END, true)
                 ORDER BY updated_at
                 LIMIT %(limit)s
                 FOR UPDATE SKIP LOCKED)
        RETURNING subscription_id
        """,
        {
            "now": now,
            "left_behind": left_behind,
            "unanswered": unanswered,
            "overdue": overdue,
            "asked": asked,
            "limit": limit,
        },
    )
    return [str(row[0]) for row in await cursor.fetchall()]
