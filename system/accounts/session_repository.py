from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from system.accounts.models import Identity, LiveSession, SessionKind
from system.kit.db import Connection, execute, fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class _Found:
    session_id: str


async def insert_session(
    conn: Connection,
    *,
    session_id: str,
    account_id: str,
    kind: SessionKind,
    user_agent: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    await execute(
        conn,
        """
        INSERT INTO sessions (session_id, account_id, kind, user_agent, created_at, used_at, expires_at)
        VALUES (%(session_id)s, %(account_id)s, %(kind)s, %(user_agent)s, %(now)s, %(now)s, %(expires_at)s)
        """,
        {
            "session_id": session_id,
            "account_id": account_id,
            "kind": kind,
            "user_agent": user_agent,
            "now": now,
            "expires_at": expires_at,
        },
    )


async def insert_token(conn: Connection, token_hash: bytes, session_id: str, now: datetime) -> None:
    await execute(
        conn,
        """
        INSERT INTO session_tokens (token_hash, session_id, issued_at)
        VALUES (%(token_hash)s, %(session_id)s, %(now)s)
        """,
        {"token_hash": token_hash, "session_id": session_id, "now": now},
    )


async def replace_token(conn: Connection, token_hash: bytes, now: datetime) -> str | None:
    """Trade in the current refresh token of a live session and return the session's id; None for any other token.

    The guarded update is the lock: of two that hold the same token, one gets the session.
    """
    found = await fetch_one(
        conn,
        _Found,
        """
        UPDATE session_tokens AS token SET replaced_at = %(now)s
        FROM sessions AS session
        WHERE token.token_hash = %(token_hash)s AND token.replaced_at IS NULL
          AND session.session_id = token.session_id AND session.kind = 'bearer'
          AND session.revoked_at IS NULL AND session.expires_at > %(now)s
        RETURNING token.session_id
        """,
        {"token_hash": token_hash, "now": now},
    )
    return found.session_id if found else None


async def revoke_family_of_replaced(conn: Connection, token_hash: bytes, now: datetime) -> str | None:
    """End the session of a token that was traded in before; return its id if there was one to end."""
    found = await fetch_one(
        conn,
        _Found,
        """
        UPDATE sessions AS session SET revoked_at = %(now)s, revoked_because = 'token_reused'
        FROM session_tokens AS token
        WHERE token.token_hash = %(token_hash)s AND token.replaced_at IS NOT NULL
          AND session.session_id = token.session_id AND session.revoked_at IS NULL
        RETURNING session.session_id
        """,
        {"token_hash": token_hash, "now": now},
    )
    return found.session_id if found else None


async def revoke_session_of_token(
    conn: Connection, token_hash: bytes, account_id: str, now: datetime, because: str
) -> str | None:
    """End the session that a token belongs to, if it is this account's and still live; return its id."""
    found = await fetch_one(
        conn,
        _Found,
        """
        UPDATE sessions AS session SET revoked_at = %(now)s, revoked_because = %(because)s
        FROM session_tokens AS token
        WHERE token.token_hash = %(token_hash)s AND session.session_id = token.session_id
          AND session.account_id = %(account_id)s AND session.revoked_at IS NULL
        RETURNING session.session_id
        """,
        {"token_hash": token_hash, "account_id": account_id, "now": now, "because": because},
    )
    return found.session_id if found else None


async def revoke_session(conn: Connection, session_id: str, account_id: str, now: datetime, because: str) -> bool:
    """End a live session of this account; False for another's, an unknown one, and one that has ended."""
    revoked = await execute(
        conn,
        """
        UPDATE sessions SET revoked_at = %(now)s, revoked_because = %(because)s
        WHERE session_id = %(session_id)s AND account_id = %(account_id)s
          AND revoked_at IS NULL AND expires_at > %(now)s
        """,
        {"session_id": session_id, "account_id": account_id, "now": now, "because": because},
    )
    return revoked == 1


async def revoke_all_sessions(
    conn: Connection, account_id: str, now: datetime, because: str, *, but: str | None = None
) -> int:
    """End every live session of an account, but for one of them if it is named; return how many ended."""
    return await execute(
        conn,
        """
        UPDATE sessions SET revoked_at = %(now)s, revoked_because = %(because)s
        WHERE account_id = %(account_id)s AND revoked_at IS NULL
          AND (%(but)s::text IS NULL OR session_id <> %(but)s)
        """,
        {"account_id": account_id, "now": now, "because": because, "but": but},
    )


async def list_live(
    conn: Connection, account_id: str, now: datetime, *, before: str | None, limit: int
) -> Sequence[LiveSession]:
    """List an account's live sessions, the latest opened first."""
    return await fetch_all(
        conn,
        LiveSession,
        """
        SELECT session_id, kind, user_agent, created_at, used_at
        FROM sessions
        WHERE account_id = %(account_id)s AND revoked_at IS NULL AND expires_at > %(now)s
          AND (%(before)s::text IS NULL OR session_id < %(before)s)
        ORDER BY session_id DESC
        LIMIT %(limit)s
        """,
        {"account_id": account_id, "now": now, "before": before, "limit": limit},
    )


async def touch(conn: Connection, session_id: str, now: datetime) -> None:
    await execute(
        conn,
        "UPDATE sessions SET used_at = %(now)s WHERE session_id = %(session_id)s AND used_at < %(now)s",
        {"session_id": session_id, "now": now},
    )


async def find_identity(conn: Connection, session_id: str, now: datetime) -> Identity | None:
    """Who a live session speaks for. A bearer's session is named by the signed token's `sid`."""
    return await fetch_one(
        conn,
        Identity,
        """
        SELECT account_id, email, name, role, session_id, email_verified_at IS NOT NULL AS email_verified, used_at
        FROM sessions JOIN accounts USING (account_id)
        WHERE session_id = %(session_id)s AND kind = 'bearer' AND revoked_at IS NULL AND expires_at > %(now)s
        """,
        {"session_id": session_id, "now": now},
    )


async def find_identity_by_cookie(conn: Connection, token_hash: bytes, now: datetime) -> Identity | None:
    return await fetch_one(
        conn,
        Identity,
        """
        SELECT account_id, email, name, role, session_id, email_verified_at IS NOT NULL AS email_verified, used_at
        FROM session_tokens JOIN sessions USING (session_id) JOIN accounts USING (account_id)
        WHERE token_hash = %(token_hash)s AND kind = 'cookie' AND revoked_at IS NULL AND expires_at > %(now)s
        """,
        {"token_hash": token_hash, "now": now},
    )


async def opened_at(conn: Connection, session_id: str) -> datetime:
    cursor = await conn.execute(
        "SELECT created_at FROM sessions WHERE session_id = %(session_id)s", {"session_id": session_id}
    )
    row = await cursor.fetchone()
    assert row is not None, f"{session_id} was looked up by an id that no session has"
    found: datetime = row[0]
    return found
