from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from system.accounts.models import MailLink, Purpose
from system.kit.db import Connection, execute, fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class _Issued:
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class ResetRequest:
    email: str
    request_id: str


async def insert(conn: Connection, link: MailLink, token_hash: bytes, now: datetime) -> None:
    await execute(
        conn,
        """
        INSERT INTO mail_links (link_id, account_id, purpose, email, token_hash, issued_at, expires_at)
        VALUES (%(link_id)s, %(account_id)s, %(purpose)s, %(email)s, %(token_hash)s, %(now)s, %(expires_at)s)
        """,
        {
            "link_id": link.link_id,
            "account_id": link.account_id,
            "purpose": link.purpose,
            "email": link.email,
            "token_hash": token_hash,
            "now": now,
            "expires_at": link.expires_at,
        },
    )


async def issued_since(conn: Connection, account_id: str, purpose: Purpose, since: datetime) -> Sequence[datetime]:
    """When links of a purpose were issued to an account, the newest first."""
    rows = await fetch_all(
        conn,
        _Issued,
        """
        SELECT issued_at FROM mail_links
        WHERE account_id = %(account_id)s AND purpose = %(purpose)s AND issued_at > %(since)s
        ORDER BY issued_at DESC
        """,
        {"account_id": account_id, "purpose": purpose, "since": since},
    )
    return [row.issued_at for row in rows]


async def find(conn: Connection, token_hash: bytes, purpose: Purpose) -> MailLink | None:
    return await fetch_one(
        conn,
        MailLink,
        """
        SELECT link_id, account_id, purpose, email, expires_at, closed_at
        FROM mail_links WHERE token_hash = %(token_hash)s AND purpose = %(purpose)s
        """,
        {"token_hash": token_hash, "purpose": purpose},
    )


async def use(conn: Connection, link_id: str, now: datetime) -> bool:
    """Close an open link as used. The guarded update is the lock: of two that hold the same link, one is let in."""
    used = await execute(
        conn,
        """
        UPDATE mail_links SET closed_at = %(now)s, closed_because = 'used'
        WHERE link_id = %(link_id)s AND closed_at IS NULL AND expires_at > %(now)s
        """,
        {"link_id": link_id, "now": now},
    )
    return used == 1


async def void_open(conn: Connection, account_id: str, now: datetime, *, purpose: Purpose | None = None) -> None:
    """Close an account's open links, of one purpose or of all."""
    await execute(
        conn,
        """
        UPDATE mail_links SET closed_at = %(now)s, closed_because = 'void'
        WHERE account_id = %(account_id)s AND closed_at IS NULL
          AND (%(purpose)s::text IS NULL OR purpose = %(purpose)s)
        """,
        {"account_id": account_id, "now": now, "purpose": purpose},
    )


async def insert_request(conn: Connection, ordered_id: str, email: str, request_id: str, now: datetime) -> None:
    await execute(
        conn,
        """
        INSERT INTO reset_requests (ordered_id, email, request_id, requested_at)
        VALUES (%(ordered_id)s, %(email)s, %(request_id)s, %(now)s)
        """,
        {"ordered_id": ordered_id, "email": email, "request_id": request_id, "now": now},
    )


async def take_request(conn: Connection, ordered_id: str) -> ResetRequest | None:
    """Remove a request and return it; None for one that was taken before."""
    return await fetch_one(
        conn,
        ResetRequest,
        "DELETE FROM reset_requests WHERE ordered_id = %(ordered_id)s RETURNING email, request_id",
        {"ordered_id": ordered_id},
    )
