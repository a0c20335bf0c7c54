"""Tiers, the sources that an account has of them, and what is open by these sources at an instant."""
# ruff: noqa: S608 - the only thing put into these queries is a constant part

from datetime import date, datetime
from typing import LiteralString

from system.entitlements.models import Feature, Source, Tier, TierFeature, TierSourceKind
from system.kit.db import Connection, execute, fetch_all, fetch_one

_TIER: LiteralString = "tier, tiers.name, tiers.description, rank, tokens_a_month, share_percent"

HELD: LiteralString = """
    SELECT kind, source_id, tier, starts_at, ends_at FROM tier_sources
     WHERE account_id = %(account_id)s AND revoked_at IS NULL
       AND starts_at <= %(now)s AND (ends_at IS NULL OR %(now)s < ends_at)
    UNION ALL
    (SELECT 'free', NULL, tier, NULL, NULL FROM tiers ORDER BY rank LIMIT 1)
"""
"""The live sources of an account; everybody has the lowest tier."""

LARGEST: LiteralString = "CASE WHEN bool_and(quota_a_month IS NOT NULL) THEN max(quota_a_month) END"
"""Of several quotas, the one that counts; null is without limit."""


async def hold(
    conn: Connection,
    *,
    source_id: str,
    account_id: str,
    kind: TierSourceKind,
    tier: str,
    payment_id: str | None,
    starts_at: datetime,
    ends_at: datetime | None,
    now: datetime,
) -> bool:
    """Write a source as it is now, and return whether that changed it. It never moves to another account."""
    return bool(
        await execute(
            conn,
            """
            INSERT INTO tier_sources AS held
                   (source_id, account_id, kind, tier, payment_id, starts_at, ends_at, updated_at)
            VALUES (%(source_id)s, %(account_id)s, %(kind)s, %(tier)s, %(payment_id)s, %(starts_at)s, %(ends_at)s,
                    %(now)s)
            ON CONFLICT (source_id) DO UPDATE
               SET tier = EXCLUDED.tier, payment_id = EXCLUDED.payment_id, starts_at = EXCLUDED.starts_at,
                   ends_at = EXCLUDED.ends_at, updated_at = EXCLUDED.updated_at,
                   -- Time that another payment bought is not what was taken back.
                   revoked_at = CASE WHEN held.payment_id IS NOT DISTINCT FROM EXCLUDED.payment_id
                                     THEN held.revoked_at END,
                   revoked_because = CASE WHEN held.payment_id IS NOT DISTINCT FROM EXCLUDED.payment_id
                                          THEN held.revoked_because END
             WHERE held.account_id = EXCLUDED.account_id
               AND (held.tier, held.payment_id, held.starts_at, held.ends_at)
                   IS DISTINCT FROM (EXCLUDED.tier, EXCLUDED.payment_id, EXCLUDED.starts_at, EXCLUDED.ends_at)
            """,
            {
                "source_id": source_id,
                "account_id": account_id,
                "kind": kind,
                "tier": tier,
                "payment_id": payment_id,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "now": now,
            },
        )
    )


async def drop(conn: Connection, source_id: str) -> bool:
    """Remove a source; one whose payment was taken back stays, so that holding it again does not undo that."""
    return bool(
        await execute(
            conn,
            "DELETE FROM tier_sources WHERE source_id = %(source_id)s AND revoked_at IS NULL",
            {"source_id": source_id},
        )
    )


async def revoke(conn: Connection, payment_id: str, because: str, now: datetime) -> bool:
    return bool(
        await execute(
            conn,
            """
            UPDATE tier_sources SET revoked_at = %(now)s, revoked_because = %(because)s, updated_at = %(now)s
             WHERE payment_id = %(payment_id)s AND revoked_at IS NULL
            """,
            {"payment_id": payment_id, "because": because, "now": now},
        )
    )


async def restore(conn: Connection, payment_id: str, because: str) -> bool:
    return bool(
        await execute(
            conn,
            """
            UPDATE tier_sources SET revoked_at = NULL, revoked_because = NULL
             WHERE payment_id = %(payment_id)s AND revoked_because = %(because)s
            """,
            {"payment_id": payment_id, "because": because},
        )
    )


async def find_tier(conn: Connection, account_id: str, now: datetime) -> Tier | None:
    """Find the highest tier that an account has; None only before the seed is in."""
    return await fetch_one(
        conn,
        Tier,
        f"""
        SELECT {_TIER} FROM tiers
         WHERE tier IN (SELECT tier FROM ({HELD}) AS held)
         ORDER BY rank DESC
         LIMIT 1
        """,
        {"account_id": account_id, "now": now},
    )


async def list_features(conn: Connection, account_id: str, now: datetime, month: date) -> list[Feature]:
    """List what is open to an account, by any of its sources and with the largest quota, and what is used of it."""
    return await fetch_all(
        conn,
        Feature,
        f"""
        SELECT feature, features.name, features.description, counted, quota_a_month, coalesce(used, 0) AS used
          FROM (SELECT feature, {LARGEST} AS quota_a_month
                  FROM ({HELD}) AS held JOIN tier_features USING (tier)
                 GROUP BY feature) AS open
          JOIN features USING (feature)
          LEFT JOIN (SELECT feature, used FROM quota_uses
                      WHERE account_id = %(account_id)s AND month = %(month)s) AS uses USING (feature)
         ORDER BY position
        """,
        {"account_id": account_id, "now": now, "month": month},
    )


async def is_open(conn: Connection, account_id: str, feature: str, now: datetime) -> bool:
    """The check of every guarded request: one statement, by indexes alone."""
    cursor = await conn.execute(
        f"SELECT EXISTS (SELECT FROM ({HELD}) AS held JOIN tier_features USING (tier) WHERE feature = %(feature)s)",
        {"account_id": account_id, "feature": feature, "now": now},
    )
    row = await cursor.fetchone()
    return row == (True,)


async def list_sources(conn: Connection, account_id: str, features: list[str], now: datetime) -> list[Source]:
    """List the live sources whose tier opens one of these features."""
    return await fetch_all(
        conn,
        Source,
        f"""
        SELECT kind, source_id, tier, starts_at, ends_at FROM ({HELD}) AS held
         WHERE tier IN (SELECT tier FROM tier_features WHERE feature = ANY(%(features)s))
        """,
        {"account_id": account_id, "features": features, "now": now},
    )


async def list_held(conn: Connection, account_id: str, now: datetime) -> list[Source]:
    """List the live sources of an account's tier."""
    return await fetch_all(conn, Source, HELD, {"account_id": account_id, "now": now})


async def list_tiers(conn: Connection) -> list[Tier]:
    """List all tiers, the lowest first."""
    return await fetch_all(conn, Tier, f"SELECT {_TIER} FROM tiers ORDER BY rank", {})


async def list_tier_features(conn: Connection) -> list[TierFeature]:
    """List what every tier opens, in the order of the seed."""
    return await fetch_all(
        conn,
        TierFeature,
        """
        SELECT tier, feature, name, description, counted, quota_a_month
          FROM tier_features JOIN features USING (feature)
         ORDER BY position
        """,
        {},
    )


async def lowest_tier_with(conn: Connection, feature: str, *, quota_above: int | None = None) -> Tier | None:
    """Find the lowest tier that opens a feature, or opens more of it than `quota_above` a month."""
    return await fetch_one(
        conn,
        Tier,
        f"""
        SELECT {_TIER} FROM tiers JOIN tier_features USING (tier)
         WHERE feature = %(feature)s
           AND (%(quota_above)s::integer IS NULL OR quota_a_month IS NULL OR quota_a_month > %(quota_above)s)
         ORDER BY rank
         LIMIT 1
        """,
        {"feature": feature, "quota_above": quota_above},
    )


async def find_feature_name(conn: Connection, feature: str) -> str | None:
    cursor = await conn.execute("SELECT name FROM features WHERE feature = %(feature)s", {"feature": feature})
    row = await cursor.fetchone()
    return str(row[0]) if row else None
