"""The catalogue that stands in the repository, brought into the database."""

import tomllib
from pathlib import Path
from typing import Any

import psycopg

_SEED = Path(__file__).with_name("seed.toml")


def seed(conn: "psycopg.Connection[Any]") -> int:
    """Bring items and prices up to date and return how many items there are; old prices stay, no longer current.

    The tiers are there before the plans that are of one.
    """
    items: list[dict[str, Any]] = tomllib.loads(_SEED.read_text(encoding="utf-8"))["items"]
    with conn.transaction():
        for item in items:
            conn.execute(_ITEM, {"free": "price" not in item, **item})
            if "plan" in item:
                conn.execute(_PLAN, {"item_id": item["item_id"], "trial_days": 0, **item["plan"]})
            offer = {"item_id": item["item_id"], **item.get("price", {"price_id": None})}
            conn.execute(_RETIRE, offer)
            if "price" in item:
                conn.execute(_PRICE, offer)
    return len(items)


_ITEM = """
INSERT INTO items (item_id, kind, name, description, repeatable, free)
VALUES (%(item_id)s, %(kind)s, %(name)s, %(description)s, %(repeatable)s, %(free)s)
ON CONFLICT (item_id) DO UPDATE
   SET kind = EXCLUDED.kind, name = EXCLUDED.name, description = EXCLUDED.description,
       repeatable = EXCLUDED.repeatable, free = EXCLUDED.free
"""

_PLAN = """
INSERT INTO plans (item_id, tier, interval, trial_days)
VALUES (%(item_id)s, %(tier)s, %(interval)s, %(trial_days)s)
ON CONFLICT (item_id) DO UPDATE
   SET tier = EXCLUDED.tier, interval = EXCLUDED.interval, trial_days = EXCLUDED.trial_days
"""

_RETIRE = """
UPDATE prices SET current = false
 WHERE item_id = %(item_id)s AND price_id IS DISTINCT FROM %(price_id)s::text AND current
"""

# An amount that differs from the stored one is refused by the table: a price never changes.
_PRICE = """
INSERT INTO prices (price_id, item_id, amount, currency, current)
VALUES (%(price_id)s, %(item_id)s, %(amount)s, %(currency)s, true)
ON CONFLICT (price_id) DO UPDATE
   SET current = true, item_id = EXCLUDED.item_id, amount = EXCLUDED.amount, currency = EXCLUDED.currency
"""
