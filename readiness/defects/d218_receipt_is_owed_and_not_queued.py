"""M18: the receipt is owed in the payment's transaction, and nothing is queued that would ever send it."""

from typing import Any

from psycopg.types.json import Json

from system.kit.ids import new_id
from system.notifications import repository

ROW = 218
SOURCE = "aasmanj/altarwed#611; ida-arbeitszeit/workers-control#1485"
CHECK = "contract/test_outbox.py::test_what_is_owed_is_queued_with_it"

_OWE = """
INSERT INTO notifications (notification_id, event_key, template, recipient, facts, created_at)
VALUES (%(notification_id)s, %(event_key)s, %(template)s, %(recipient)s, %(facts)s, %(now)s)
ON CONFLICT DO NOTHING
"""


def apply() -> None:
    insert = repository.insert

    async def insert_quietly(conn: Any, *, template: str, now: Any, facts: Any, **owed: Any) -> None:
        if template != "receipt":
            await insert(conn, template=template, now=now, facts=facts, **owed)
            return
        row = {"notification_id": new_id("ntf", now), "template": template, "now": now, "facts": Json(facts)}
        await conn.execute(_OWE, owed | row)

    repository.insert = insert_quietly
