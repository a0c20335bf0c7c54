from dataclasses import dataclass
from datetime import datetime

from system.accounts.models import Account, Credentials, Identity, Role, SessionKind
from system.kit.db import Connection, execute, fetch_one


@dataclass(frozen=True, slots=True)
class _Found:
    session_id: str


async def insert_account(conn: Connection, account: Account, password_hash: str) -> bool:
    """Return False when the email is taken."""
    inserted = await execute(
        conn,
        """
        INSERT INTO accounts (account_id, email, name, password_hash, role, created_at)
        VALUES (%(account_id)s, %(email)s, %(name)s, %(password_hash)s, %(role)s, %(created_at)s)
        ON CONFLICT (lower(email)) DO NOTHING
        """,
        {
            "account_id": account.account_id,
            "email": account.email,
            "name": account.name,
            "password_hash": password_hash,
            "role": account.role,
            "created_at": account.created_at,
        },
    )
    return inserted == 1


async def find_credentials(conn: Connection, email: str) -> Credentials | None:
    query = "SELECT account_id, password_hash FROM accounts WHERE lower(email) = %(email)s"
    return await fetch_one(conn, Credentials, query, {"email": email})


async def get_account(conn: Connection, account_id: str) -> Account:
    query = "SELECT account_id, email, name, role, created_at FROM accounts WHERE account_id = %(account_id)s"
    account = await fetch_one(conn, Account, query, {"account_id": account_id})
    assert account is not None, f"{account_id} was looked up by an id that no account has"
    return account


async def get_account_of_session(conn: Connection, session_id: str) -> Account:
    query = """
        SELECT account_id, email, name, role, accounts.created_at
        FROM accounts JOIN sessions USING (account_id) WHERE session_id = %(session_id)s
        """
    account = await fetch_one(conn, Account, query, {"session_id": session_id})
    assert account is not None, f"{session_id} was looked up by an id that no session has"
    return account


async def find_account_by_email(conn: Connection, email: str) -> Account | None:
    query = "SELECT account_id, email, name, role, created_at FROM accounts WHERE lower(email) = %(email)s FOR UPDATE"
    return await fetch_one(conn, Account, query, {"email": email})


async def update_password_and_role(conn: Connection, account_id: str, password_hash: str, role: Role) -> None:
    await execute(
        conn,
        "UPDATE accounts SET password_hash = %(password_hash)s, role = %(role)s WHERE account_id = %(account_id)s",
        {"account_id": account_id, "password_hash": password_hash, "role": role},
    )


async def insert_session(
    conn: Connection, *, session_id: str, account_id: str, kind: SessionKind, now: datetime, expires_at: datetime
) -> None:
    await execute(
        conn,
        """
        INSERT INTO sessions (session_id, account_id, kind, created_at, expires_at)
        VALUES (%(session_id)s, %(account_id)s, %(kind)s, %(now)s, %(expires_at)s)
        """,
        {"session_id": session_id, "account_id": account_id, "kind": kind, "now": now, "expires_at": expires_at},
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


async def revoke_session(conn: Connection, token_hash: bytes, account_id: str, now: datetime, because: str) -> bool:
    """End the session that a token belongs to, if it is this account's and still live."""
    revoked = await execute(
        conn,
        """
        UPDATE sessions AS session SET revoked_at = %(now)s, revoked_because = %(because)s
        FROM session_tokens AS token
        WHERE token.token_hash = %(token_hash)s AND session.session_id = token.session_id
          AND session.account_id = %(account_id)s AND session.revoked_at IS NULL
        """,
        {"token_hash": token_hash, "account_id": account_id, "now": now, "because": because},
    )
    return revoked == 1


async def revoke_all_sessions(conn: Connection, account_id: str, now: datetime, because: str) -> int:
    return await execute(
        conn,
        """
        UPDATE sessions SET revoked_at = %(now)s, revoked_because = %(because)s
        WHERE account_id = %(account_id)s AND revoked_at IS NULL
        """,
        {"account_id": account_id, "now": now, "because": because},
    )


async def find_identity(conn: Connection, session_id: str, now: datetime) -> Identity | None:
    """Who a live session speaks for. A bearer's session is named by the signed token's `sid`."""
    return await fetch_one(
        conn,
        Identity,
        """
        SELECT account_id, email, name, role, session_id
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
        SELECT account_id, email, name, role, session_id
        FROM session_tokens JOIN sessions USING (session_id) JOIN accounts USING (account_id)
        WHERE token_hash = %(token_hash)s AND kind = 'cookie' AND revoked_at IS NULL AND expires_at > %(now)s
        """,
        {"token_hash": token_hash, "now": now},
    )
