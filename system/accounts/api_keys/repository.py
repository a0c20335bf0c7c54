from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from system.accounts.api_keys.models import ApiKey, Scope
from system.accounts.models import Identity
from system.kit.db import Connection, execute, fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class _Scopes:
    scopes: Sequence[Scope]


async def insert(conn: Connection, account_id: str, key: ApiKey, key_hash: bytes) -> None:
    await execute(
        conn,
        """
        INSERT INTO api_keys (key_id, account_id, name, hint, key_hash, scopes, created_at, expires_at)
        VALUES (%(key_id)s, %(account_id)s, %(name)s, %(hint)s, %(key_hash)s, %(scopes)s, %(created_at)s,
                %(expires_at)s)
        """,
        {
            "key_id": key.key_id,
            "account_id": account_id,
            "name": key.name,
            "hint": key.hint,
            "key_hash": key_hash,
            "scopes": list(key.scopes),
            "created_at": key.created_at,
            "expires_at": key.expires_at,
        },
    )


async def count_live(conn: Connection, account_id: str, now: datetime) -> int:
    cursor = await conn.execute(
        """
        SELECT count(*) FROM api_keys
        WHERE account_id = %(account_id)s AND revoked_at IS NULL AND expires_at > %(now)s
        """,
        {"account_id": account_id, "now": now},
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def find_holder(conn: Connection, key_hash: bytes, now: datetime) -> Identity | None:
    """Who a live key speaks for. It does so while its owner has the role that it was made under."""
    return await fetch_one(
        conn,
        Identity,
        """
        SELECT account_id, email, accounts.name, role, key_id AS session_id,
               email_verified_at IS NOT NULL AS email_verified, coalesce(used_at, api_keys.created_at) AS used_at
        FROM api_keys JOIN accounts USING (account_id)
        WHERE key_hash = %(key_hash)s AND revoked_at IS NULL AND expires_at > %(now)s AND role = 'enterprise'
        """,
        {"key_hash": key_hash, "now": now},
    )


async def scopes_of(conn: Connection, key_id: str) -> Sequence[Scope]:
    found = await fetch_one(conn, _Scopes, "SELECT scopes FROM api_keys WHERE key_id = %(key_id)s", {"key_id": key_id})
    assert found is not None, f"{key_id} was looked up by an id that no key has"
    return found.scopes


async def touch(conn: Connection, key_id: str, now: datetime, known_to: datetime) -> None:
    """Note a use, unless a later one than `known_to` is noted, or the key was revoked since it was read."""
    await execute(
        conn,
        """
        UPDATE api_keys SET used_at = %(now)s
        WHERE key_id = %(key_id)s AND revoked_at IS NULL AND (used_at IS NULL OR used_at <= %(known_to)s)
        """,
        {"key_id": key_id, "now": now, "known_to": known_to},
    )


async def revoke(conn: Connection, key_id: str, account_id: str, now: datetime) -> bool:
    """End a key of this account; False for another's, an unknown one, and one that was revoked."""
    revoked = await execute(
        conn,
        """
        UPDATE api_keys SET revoked_at = %(now)s
        WHERE key_id = %(key_id)s AND account_id = %(account_id)s AND revoked_at IS NULL
        """,
        {"key_id": key_id, "account_id": account_id, "now": now},
    )
    return revoked == 1


async def list_keys(conn: Connection, account_id: str, *, before: str | None, limit: int) -> Sequence[ApiKey]:
    """List an account's keys, ended ones too, the latest first."""
    return await fetch_all(
        conn,
        ApiKey,
        """
        SELECT key_id, name, hint, scopes, created_at, expires_at, used_at, revoked_at
        FROM api_keys
        WHERE account_id = %(account_id)s AND (%(before)s::text IS NULL OR key_id < %(before)s)
        ORDER BY key_id DESC
        LIMIT %(limit)s
        """,
        {"account_id": account_id, "before": before, "limit": limit},
    )
