"""The mails of a person: listed for him, and withdrawn when he is erased."""

from dataclasses import dataclass
from datetime import datetime

from system.kit.db import Connection, execute, fetch_all


@dataclass(frozen=True, slots=True)
class HeldMail:
    """`address` is where it goes or went, if that was not the account's own; unsent ones are owed still."""

    template: str
    address: str | None
    facts: dict[str, object]
    created_at: datetime
    sent_at: datetime | None


async def held_mails(conn: Connection, account_id: str) -> list[HeldMail]:
    return await fetch_all(
        conn,
        HeldMail,
        """
        SELECT template, address, facts, created_at, sent_at
          FROM notifications WHERE recipient = %(account_id)s ORDER BY notification_id
        """,
        {"account_id": account_id},
    )


async def withdraw_all(conn: Connection, account_id: str) -> int:
    """Delete every mail of an account, sent or owed; the job of one that is owed finds nothing to do."""
    return await execute(conn, "DELETE FROM notifications WHERE recipient = %(account_id)s", {"account_id": account_id})
