# ruff: noqa: S608 - the only thing put into these queries is a constant part

from dataclasses import dataclass
from datetime import date, datetime

from system.entitlements.tier_repository import HELD, LARGEST
from system.kit.db import Connection, fetch_one


@dataclass(frozen=True, slots=True)
class Use:
    """How much of a quota is used; without a limit where that is None."""

    used: int
    quota_a_month: int | None


async def spend(
    conn: Connection, account_id: str, feature: str, *, amount: int, month: date, now: datetime
) -> Use | None:
    """Count a use if the month's quota allows it, in one statement; None if it does not, or nothing opens the feature.

    The condition is judged on the row as it is when its lock is ours: of those who come at once, none counts over it.
    """
    return await fetch_one(
        conn,
        Use,
        f"""
        WITH allowed AS
             (SELECT {LARGEST} AS quota_a_month
                FROM ({HELD}) AS held JOIN tier_features USING (tier)
               WHERE feature = %(feature)s
              HAVING count(*) > 0)
        INSERT INTO quota_uses AS uses (account_id, feature, month, used)
        SELECT %(account_id)s, %(feature)s, %(month)s, %(amount)s FROM allowed
         WHERE quota_a_month IS NULL OR %(amount)s <= quota_a_month
        ON CONFLICT (account_id, feature, month) DO UPDATE
           SET used = uses.used + EXCLUDED.used
         WHERE (SELECT quota_a_month IS NULL OR uses.used + EXCLUDED.used <= quota_a_month FROM allowed)
        RETURNING used, (SELECT quota_a_month FROM allowed) AS quota_a_month
        """,
        {"account_id": account_id, "feature": feature, "month": month, "amount": amount, "now": now},
    )
