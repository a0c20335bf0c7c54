from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from system.kit.db import Connection, execute, fetch_all


@dataclass(frozen=True, slots=True)
class _Failed:
    failed_at: datetime


async def failed_since(conn: Connection, account_id: str, what: str, since: datetime) -> Sequence[datetime]:
    """The newest first."""
    rows = await fetch_all(
        conn,
        _Failed,
        """
        SELECT failed_at FROM failed_proofs
        WHERE account_id = %(account_id)s AND what = %(what)s AND failed_at > %(since)s
        ORDER BY failed_at DESC
        """,
        {"account_id": account_id, "what": what, "since": since},
    )
    return [row.failed_at for row in rows]


async def insert(conn: Connection, account_id: str, what: str, now: datetime) -> None:
    await execute(
        conn,
        "INSERT INTO failed_proofs (account_id, what, failed_at) VALUES (%(account_id)s, %(what)s, %(now)s)",
        {"account_id": account_id, "what": what, "now": now},
    )


async def forget(conn: Connection, account_id: str, what: str, before: datetime) -> None:
    await execute(
        conn,
        "DELETE FROM failed_proofs WHERE account_id = %(account_id)s AND what = %(what)s AND failed_at <= %(before)s",
        {"account_id": account_id, "what": what, "before": before},
    )
