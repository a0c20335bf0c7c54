from system.kit.db import Connection, fetch_all
from system.learning.models import Lesson


async def list_lessons(conn: Connection, item_id: str) -> list[Lesson]:
    """List the lessons of a course in their order."""
    return await fetch_all(
        conn,
        Lesson,
        "SELECT item_id, position, title, text FROM lessons WHERE item_id = %(item_id)s ORDER BY position",
        {"item_id": item_id},
    )
