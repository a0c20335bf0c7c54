from system.catalogue.models import Course, Offer, PlanPrice
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
    """List what is bought once and sold now, by item id, behind `after`."""
    return await fetch_all(
        conn,
        Offer,
        """
        SELECT item_id, price_id, kind, name, description, amount, currency, repeatable, current
          FROM prices JOIN items USING (item_id)
         WHERE current AND kind <> 'plan' AND item_id > %(after)s
         ORDER BY item_id
         LIMIT %(limit)s
        """,
        {"after": after or "", "limit": limit},
    )


async def find_course(conn: Connection, item_id: str) -> Course | None:
    return await fetch_one(
        conn,
        Course,
        """
        SELECT item_id, name, description, free, price_id, amount, currency
          FROM items LEFT JOIN (SELECT * FROM prices WHERE current) AS prices USING (item_id)
         WHERE item_id = %(item_id)s AND kind = 'course'
        """,
        {"item_id": item_id},
    )


async def list_courses(conn: Connection, *, after: str | None, limit: int) -> list[Course]:
    """List every course, free or sold, by item id, behind `after`."""
    return await fetch_all(
        conn,
        Course,
        """
        SELECT item_id, name, description, free, price_id, amount, currency
          FROM items LEFT JOIN (SELECT * FROM prices WHERE current) AS prices USING (item_id)
         WHERE kind = 'course' AND (free OR current) AND item_id > %(after)s
         ORDER BY item_id
         LIMIT %(limit)s
        """,
        {"after": after or "", "limit": limit},
    )


async def list_free_courses(conn: Connection) -> list[Course]:
    """List the courses that everybody with an account may take: a handful that somebody has chosen."""
    return await fetch_all(
        conn,
        Course,
        """
        SELECT item_id, name, description, free, NULL AS price_id, NULL::bigint AS amount, NULL AS currency
          FROM items
         WHERE free
         ORDER BY item_id
        """,
        {},
    )


async def list_plan_prices(conn: Connection) -> list[PlanPrice]:
    """List what each tier costs now."""
    return await fetch_all(
        conn,
        PlanPrice,
        """
        SELECT tier, interval, price_id, amount, currency
          FROM plans JOIN prices USING (item_id)
         WHERE current
         ORDER BY tier, interval
        """,
        {},
    )
