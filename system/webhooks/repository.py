from collections.abc import Sequence
from datetime import datetime

from psycopg.types.json import Json

from system.kit.db import Connection, execute
from system.webhooks.models import Outcome, WebhookEvent


async def insert(
    conn: Connection, event: WebhookEvent, outcome: Outcome, *, received_at: datetime, reason: str | None = None
) -> bool:
    """Insert an event; False if it is here already. One that is being handled elsewhere is waited for."""
    return bool(
        await execute(
            conn,
            """
            INSERT INTO webhook_events (event_id, type, object_id, outcome, reason, payload, created_at, received_at)
            VALUES (%(event_id)s, %(type)s, %(object_id)s, %(outcome)s, %(reason)s, %(payload)s, %(created_at)s,
                    %(received_at)s)
            ON CONFLICT (event_id) DO NOTHING
            """,
            {
                "event_id": event.event_id,
                "type": event.type,
                "object_id": event.object_id,
                "outcome": outcome,
                "reason": reason,
                "payload": Json(dict(event.payload)) if outcome == "parked" else None,
                "created_at": event.created_at,
                "received_at": received_at,
            },
        )
    )


async def known_among(conn: Connection, event_ids: Sequence[str]) -> frozenset[str]:
    query = "SELECT event_id FROM webhook_events WHERE event_id = ANY(%(event_ids)s)"
    cursor = await conn.execute(query, {"event_ids": list(event_ids)})
    return frozenset(row[0] for row in await cursor.fetchall())


async def read_cursor(conn: Connection, now: datetime) -> datetime:
    """Return up to when all events are handled; a system that never asked begins now."""
    await execute(conn, "INSERT INTO event_cursor (read_until) VALUES (%(now)s) ON CONFLICT DO NOTHING", {"now": now})
    cursor = await conn.execute("SELECT read_until FROM event_cursor")
    row = await cursor.fetchone()
    assert row is not None, "it was inserted, or was there before"
    found: datetime = row[0]
    return found


async def move_cursor(conn: Connection, read_until: datetime) -> None:
    """Move on; of two workers, the one that came further counts."""
    await execute(conn, "UPDATE event_cursor SET read_until = greatest(read_until, %(until)s)", {"until": read_until})


async def strip_payloads(conn: Connection, customer_id: str) -> int:
    """Take what parked events say of a customer of the processor's; their type, object and reason stay."""
    return await execute(
        conn,
        """
        UPDATE webhook_events SET payload = jsonb_build_object('erased', true)
         WHERE outcome = 'parked' AND payload @? format('$.** ? (@ == %%s)', to_json(%(customer_id)s::text))::jsonpath
        """,
        {"customer_id": customer_id},
    )
