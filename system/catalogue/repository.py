from system.catalogue.models import Offer
from system.kit.db import Connection, fetch_all, fetch_one


async def find_offer(conn: Connection, price_id: str) -> Offer | None:
    """Find a price that was ever offered."""
    return await fetch_one(
        conn,
        Offer,
        """
        SELECT item_id, price_id, kind, name, description, amount, currency, repeatable, current
          FROM prices JOIN items USING (item_id)
         WHERE price_id = %(price_id)s
        """,
        {"price_id": price_id},
    )


async def current_offer(conn: Connection, item_id: str) -> Offer | None:
    """Find what an item costs now."""
    return await fetch_one(
        conn,
        Offer,
        """
        SELECT item_id, price_id, kind, name, description, amount, currency, repeatable, current
          FROM prices JOIN items USING (item_id)
         WHERE item_id = %(item_id)s AND current
        """,
        {"item_id": item_id},
    )


async def list_offers(conn: Connection, *, after: str | None, limit: int) -> list[Offer]:
    """List what is sold now, by item id, behind `after`."""
    return await fetch_all(
        conn,
        Offer,
        """
        SELECT item_id, price_id, kind, name, description, amount, currency, repeatable, current
          FROM prices JOIN items USING (item_id)
         WHERE current AND item_id > %(after)s
         ORDER BY item_id
         LIMIT %(limit)s
        """,
        {"after": after or "", "limit": limit},
    )
