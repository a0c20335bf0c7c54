"""One trial for a person, over all plans and for ever (monetization rule T4).

A person is known again by the account, by the mailbox behind all spellings of an address, and by the card. The first
two are claimed with the subscription; the card when it is known: on the processor's page, after the trial has begun.
"""

from datetime import datetime

from psycopg import errors

from system.context import System
from system.kit.db import Connection, execute
from system.processor.billing import BilledSubscription
from system.subscriptions.models import Subscription

_ANY_DOT = frozenset({"gmail.com", "googlemail.com"})
"""Providers that deliver `a.b` where they deliver `ab`."""


def mailbox_of(email: str) -> str:
    """Return the mailbox that an address leads to: lower case, without its tag, and without dots that mean nothing."""
    local, _, domain = email.lower().rpartition("@")
    local = local.partition("+")[0]
    if domain in _ANY_DOT:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


async def is_free(conn: Connection, account_id: str, email: str) -> bool:
    """Tell whether the person has a trial left, as far as is known before a card is typed."""
    cursor = await conn.execute(
        "SELECT NOT EXISTS (SELECT FROM trials WHERE account_id = %(account_id)s OR mailbox = %(mailbox)s)",
        {"account_id": account_id, "mailbox": mailbox_of(email)},
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


async def claim(conn: Connection, subscription: Subscription, *, email: str, card: str | None, now: datetime) -> bool:
    """Claim the person's one trial; False if it is taken, by whichever of the three."""
    return bool(
        await execute(
            conn,
            """
            INSERT INTO trials (subscription_id, account_id, mailbox, card, created_at)
            VALUES (%(subscription_id)s, %(account_id)s, %(mailbox)s, %(card)s, %(now)s)
            ON CONFLICT DO NOTHING
            """,
            {
                "subscription_id": subscription.subscription_id,
                "account_id": subscription.account_id,
                "mailbox": mailbox_of(email),
                "card": card,
                "now": now,
            },
        )
    )


async def release(conn: Connection, subscription_id: str) -> None:
    """Give the trial back: the subscription that claimed it never began."""
    await execute(conn, "DELETE FROM trials WHERE subscription_id = %(given)s", {"given": subscription_id})


async def allowed(system: System, subscription: Subscription, billed: BilledSubscription) -> bool:
    """Claim the trial for the card as well; False when another person's trial was had with this card."""
    if billed.status != "trialing" or billed.card is None or billed.card.fingerprint is None:
        return True
    try:
        async with system.db.transaction() as conn:
            await execute(
                conn,
                "UPDATE trials SET card = %(card)s WHERE subscription_id = %(given)s AND card IS NULL",
                {"card": billed.card.fingerprint, "given": subscription.subscription_id},
            )
    except errors.UniqueViolation:
        return False
    return True
