"""The tokens of a paid month. A month gives the most that any plan of it gives, and no flip of plans gives more."""

from datetime import datetime

from system.kit.db import Connection, execute
from system.subscriptions.models import Plan, Subscription
from system.subscriptions.periods import period_at


async def grant(conn: Connection, subscription: Subscription, plan: Plan, now: datetime) -> None:
    """Give the tokens of the month that `now` lies in, or raise what was given for it.

    A trial gives none of a paid tier's (policy, monetization rule T4); a yearly plan gives them month by month.
    """
    if subscription.status != "active" or subscription.anchor is None or now < subscription.anchor:
        return
    starts_at, ends_at = period_at(subscription.anchor, "month", now)
    params = {
        "account_id": subscription.account_id,
        "subscription_id": subscription.subscription_id,
        "tokens": plan.tokens_a_month,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "now": now,
    }
    if await _raise(conn, params) == 0:
        await _insert(conn, params)


async def _raise(conn: Connection, params: dict[str, object]) -> int:
    return await execute(
        conn,
        """
        UPDATE token_allowances SET tokens = greatest(tokens, %(tokens)s)
         WHERE account_id = %(account_id)s AND starts_at <= %(now)s AND %(now)s < ends_at
        """,
        params,
    )


async def _insert(conn: Connection, params: dict[str, object]) -> int:
    """Give a month's tokens from its start, or from the end of a month that was given by another anchor."""
    return await execute(
        conn,
        """
        INSERT INTO token_allowances (account_id, starts_at, ends_at, tokens, subscription_id)
        SELECT %(account_id)s, greatest(%(starts_at)s, max(ends_at)), %(ends_at)s, %(tokens)s, %(subscription_id)s
          FROM token_allowances
         WHERE account_id = %(account_id)s AND ends_at <= %(now)s
        ON CONFLICT (account_id, starts_at) DO UPDATE
           SET tokens = greatest(token_allowances.tokens, EXCLUDED.tokens)
        """,
        params,
    )
