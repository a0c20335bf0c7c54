from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Json

from system.kit.db import Connection, execute
from system.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account's id, or `system:<part>` for what nobody asked for."""

    actor_id: str
    request_id: str = "-"


async def record(
    conn: Connection,
    *,
    actor: Actor,
    action: str,
    object_id: str,
    now: datetime,
    details: dict[str, object] | None = None,
) -> None:
    """Add one row to the append-only audit log, in the transaction of the change that it tells of.

    `action` is past tense and dotted (`payment.succeeded`); `details` holds what changed and why, never a secret.
    """
    await execute(
        conn,
        """
        INSERT INTO audit_log (audit_id, actor_id, request_id, action, object_id, details, recorded_at)
        VALUES (%(audit_id)s, %(actor_id)s, %(request_id)s, %(action)s, %(object_id)s, %(details)s, %(now)s)
        """,
        {
            "audit_id": new_id("aud", now),
            "actor_id": actor.actor_id,
            "request_id": actor.request_id,
            "action": action,
            "object_id": object_id,
            "details": Json(details or {}),
            "now": now,
        },
    )
