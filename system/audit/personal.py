from system.audit.repository import AuditRow
from system.kit.db import Connection, fetch_all


async def rows_about(conn: Connection, account_id: str) -> list[AuditRow]:
    """List what an account did and what was done to it, oldest first."""
    return await fetch_all(
        conn,
        AuditRow,
        """
        SELECT audit_id, actor_id, request_id, action, object_id, details, recorded_at
          FROM audit_log
         WHERE actor_id = %(account_id)s OR object_id = %(account_id)s
         ORDER BY audit_id
        """,
        {"account_id": account_id},
    )
