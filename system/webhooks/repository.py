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
