"""The catalogue that stands in the repository, brought into the database."""

import tomllib
from pathlib import Path
from typing import Any

import psycopg

_SEED = Path(__file__).with_name("seed.toml")


def seed(conn: "psycopg.Connection[Any]") -> int:
    """Bring items and prices up to date and return how many items there are; old prices stay, no longer current."""
    items: list[dict[str, Any]] = tomllib.loads(_SEED.read_text(encoding="utf-8"))["items"]
    with conn.transaction():
        for item in items:
            conn.execute(_ITEM, item)
            offer = {"item_id": item["item_id"], **item["price"]}
            conn.execute(_RETIRE, offer)
            conn.execute(_PRICE, offer)
    return len(items)


_ITEM = """
INSERT INTO items (item_id, kind, name, description, repeatable)
VALUES (%(item_id)s, %(kind)s, %(name)s, %(description)s, %(repeatable)s)
ON CONFLICT (item_id) DO UPDATE
   SET kind = EXCLUDED.kind, name = EXCLUDED.name, description = EXCLUDED.description, repeatable = EXCLUDED.repeatable
"""

_RETIRE = "UPDATE prices SET current = false WHERE item_id = %(item_id)s AND price_id <> %(price_id)s AND current"

# An amount that differs from the stored one is refused by the table: a price never changes.
_PRICE = """
INSERT INTO prices (price_id, item_id, amount, currency, current)
VALUES (%(price_id)s, %(item_id)s, %(amount)s, %(currency)s, true)
ON CONFLICT (price_id) DO UPDATE
   SET current = true, item_id = EXCLUDED.item_id, amount = EXCLUDED.amount, currency = EXCLUDED.currency
"""
