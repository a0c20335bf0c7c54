from dataclasses import dataclass
from datetime import datetime
from typing import Any

from system.kit.db import Connection, fetch_all


@dataclass(frozen=True, slots=True)
class AuditRow:
    audit_id: str
    actor_id: str
    request_id: str
    action: str
    object_id: str
    details: dict[str, Any]
    recorded_at: datetime


async def list_rows(conn: Connection, *, before: str | None, limit: int) -> list[AuditRow]:
    """List the log, newest first, older than `before`."""
    return await fetch_all(
        conn,
        AuditRow,
        """
        SELECT audit_id, actor_id, request_id, action, object_id, details, recorded_at
          FROM audit_log
         WHERE %(before)s::text IS NULL OR audit_id < %(before)s
         ORDER BY audit_id DESC
         LIMIT %(limit)s
        """,
        {"before": before, "limit": limit},
    )
