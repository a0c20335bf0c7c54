from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Json

from system.kit.db import Connection, execute, fetch_one
from system.kit.ids import new_id

QUEUE = "mail"
TASK = "send_mail"


@dataclass(frozen=True, slots=True)
class Notification:
    notification_id: str
    event_key: str
    template: str
    recipient: str
    # Where it goes, if not to the recipient's own address: a link to a new address, a notice to the old one.
    address: str | None
    facts: dict[str, Any]
    created_at: datetime
    attempts: int


async def insert(
    conn: Connection,
    *,
    event_key: str,
    template: str,
    recipient: str,
    facts: dict[str, object],
    now: datetime,
    address: str | None = None,
) -> None:
    """Insert a mail that is owed and its job, in one statement; what is owed already stays as it is.

    The job is made by the function of Procrastinate's own schema: its Python client costs as much CPU as four more
    statements, in the one transaction where that counts.
    """
    await execute(
        conn,
        """
            WITH owed AS (
                INSERT INTO notifications
                       (notification_id, event_key, template, recipient, address, facts, created_at)
                VALUES (%(notification_id)s, %(event_key)s, %(template)s, %(recipient)s, %(address)s, %(facts)s,
                        %(now)s)
                ON CONFLICT (event_key, template, recipient) DO NOTHING
                RETURNING notification_id)
            SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
                       %(queue)s, %(task)s, 0, NULL, NULL,
                       jsonb_build_object('notification_id', notification_id), NULL)::procrastinate_job_to_defer_v1])
              FROM owed
            """,
        {
            "notification_id": new_id("ntf", now),
            "event_key": event_key,
            "template": template,
            "recipient": recipient,
            "address": address,
            "facts": Json(facts),
            "now": now,
            "queue": QUEUE,
            "task": TASK,
        },
    )


async def lease(conn: Connection, notification_id: str, *, now: datetime, stale: datetime) -> Notification | None:
    """Take a mail to send; None if it is sent, or in other hands since `stale`."""
    return await fetch_one(
        conn,
        Notification,
        """
        UPDATE notifications SET claimed_at = %(now)s, attempts = attempts + 1
         WHERE notification_id = %(notification_id)s AND sent_at IS NULL
           AND (claimed_at IS NULL OR claimed_at <= %(stale)s)
        RETURNING notification_id, event_key, template, recipient, address, facts, created_at, attempts
        """,
        {"notification_id": notification_id, "now": now, "stale": stale},
    )


async def is_owed(conn: Connection, notification_id: str) -> bool:
    """Return False for a mail that is sent, and for one that was withdrawn."""
    cursor = await conn.execute(
        "SELECT FROM notifications WHERE notification_id = %(notification_id)s AND sent_at IS NULL",
        {"notification_id": notification_id},
    )
    return await cursor.fetchone() is not None


async def withdraw(conn: Connection, notification_id: str) -> None:
    await execute(
        conn,
        "DELETE FROM notifications WHERE notification_id = %(notification_id)s",
        {"notification_id": notification_id},
    )


async def mark_sent(conn: Connection, notification_id: str, now: datetime) -> None:
    await execute(
        conn,
        "UPDATE notifications SET sent_at = %(now)s WHERE notification_id = %(notification_id)s",
        {"notification_id": notification_id, "now": now},
    )


async def give_back(conn: Connection, notification_id: str) -> None:
    """End a lease whose mail the server refused, so that the next attempt need not wait for it."""
    await execute(
        conn,
        "UPDATE notifications SET claimed_at = NULL WHERE notification_id = %(notification_id)s AND sent_at IS NULL",
        {"notification_id": notification_id},
    )
