from typing import LiteralString

from system.kit.db import Connection, fetch_all, fetch_one
from system.subscriptions.models import Plan

_PLANS: LiteralString = """
    SELECT price_id, item_id, tier, rank, items.name, interval, amount, currency, tokens_a_month, trial_days,
           current
      FROM prices JOIN items USING (item_id) JOIN plans USING (item_id) JOIN tiers USING (tier)
"""


async def find(conn: Connection, price_id: str) -> Plan | None:
    """Find a plan at a price that was ever asked for it."""
    return await fetch_one(conn, Plan, f"{_PLANS} WHERE price_id = %(price_id)s", {"price_id": price_id})


async def get(conn: Connection, price_id: str) -> Plan:
    """Return the plan of a price that a subscription of ours is at."""
    found = await find(conn, price_id)
    assert found is not None, "plans and prices are never deleted"
    return found


async def current(conn: Connection, item_id: str) -> Plan | None:
    """Find what a plan costs now."""
    return await fetch_one(conn, Plan, f"{_PLANS} WHERE item_id = %(item_id)s AND current", {"item_id": item_id})


async def list_current(conn: Connection) -> list[Plan]:
    """List what can be subscribed to, the lowest tier and the shortest interval first."""
    return await fetch_all(conn, Plan, f"{_PLANS} WHERE current ORDER BY rank, interval", {})
