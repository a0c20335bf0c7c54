"""What subscriptions keep of a person."""

from dataclasses import dataclass
from datetime import datetime

from system.kit.db import Connection, execute, fetch_all


@dataclass(frozen=True, slots=True)
class HeldSubscription:
    subscription_id: str
    price_id: str
    status: str
    period_start: datetime | None
    period_end: datetime | None
    card_brand: str | None
    card_last4: str | None
    card_expires: str | None
    created_at: datetime
    ended_at: datetime | None


async def held_subscriptions(conn: Connection, account_id: str) -> list[HeldSubscription]:
    return await fetch_all(
        conn,
        HeldSubscription,
        """
        SELECT subscription_id, price_id, status, period_start, period_end, card_brand, card_last4, card_expires,
               created_at, ended_at
          FROM subscriptions WHERE account_id = %(account_id)s ORDER BY subscription_id
        """,
        {"account_id": account_id},
    )


async def strip(conn: Connection, account_id: str) -> None:
    """Take the card and the mailbox off what stays. That a card had its trial is kept: it names no person."""
    params = {"account_id": account_id}
    await execute(
        conn,
        """
        UPDATE subscriptions
           SET card_brand = NULL, card_last4 = NULL, card_expires = NULL, next_action_url = NULL, failure_message = NULL
         WHERE account_id = %(account_id)s
        """,
        params,
    )
    await execute(
        conn, "UPDATE trials SET mailbox = account_id || '@erased.invalid' WHERE account_id = %(account_id)s", params
    )
