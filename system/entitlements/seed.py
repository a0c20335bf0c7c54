"""The tiers that stand in the repository, brought into the database."""

import tomllib
from pathlib import Path
from typing import Any

import psycopg

_SEED = Path(__file__).with_name("seed.toml")


def seed(conn: "psycopg.Connection[Any]") -> int:
    """Make tiers and features what the file says and return how many tiers there are.

    What a tier no longer opens is closed with the next request; requests that are under way see all of the old or all
    of the new. A tier or feature that left the file stays known, for what was bought of it, and opens nothing.
    """
    written: dict[str, list[dict[str, Any]]] = tomllib.loads(_SEED.read_text(encoding="utf-8"))
    with conn.transaction():
        for tier in written["tiers"]:
            conn.execute(_TIER, {"share_percent": None, **tier})
        conn.execute("DELETE FROM tier_features")
        for position, feature in enumerate(written["features"]):
            conn.execute(_FEATURE, {"counted": False, "position": position, **feature})
            for opened in feature["tiers"]:
                conn.execute(_TIER_FEATURE, {"feature": feature["feature"], **_quota(opened)})
    return len(written["tiers"])


def _quota(opened: "str | dict[str, Any]") -> dict[str, Any]:
    """Read a tier that opens a feature without limit, or one that says how often a month."""
    return {"tier": opened, "quota_a_month": None} if isinstance(opened, str) else opened


_TIER = """
INSERT INTO tiers (tier, name, description, rank, tokens_a_month, share_percent)
VALUES (%(tier)s, %(name)s, %(description)s, %(rank)s, %(tokens_a_month)s, %(share_percent)s)
ON CONFLICT (tier) DO UPDATE
   SET name = EXCLUDED.name, description = EXCLUDED.description, rank = EXCLUDED.rank,
       tokens_a_month = EXCLUDED.tokens_a_month, share_percent = EXCLUDED.share_percent
"""

_FEATURE = """
INSERT INTO features (feature, name, description, counted, position)
VALUES (%(feature)s, %(name)s, %(description)s, %(counted)s, %(position)s)
ON CONFLICT (feature) DO UPDATE
   SET name = EXCLUDED.name, description = EXCLUDED.description, counted = EXCLUDED.counted,
       position = EXCLUDED.position
"""

_TIER_FEATURE = """
INSERT INTO tier_features (tier, feature, quota_a_month) VALUES (%(tier)s, %(feature)s, %(quota_a_month)s)
"""
