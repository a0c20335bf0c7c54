from datetime import datetime
from typing import Any

from system.idempotency.models import Answer, IdempotencyKey, Scope
from system.kit.db import Connection, execute, fetch_one


async def claim(conn: Connection, scope: Scope, object_id: str, *, now: datetime, expired: datetime) -> bool:
    """Insert the key, or take over one that was answered before `expired`; False if somebody holds it.

    A claim that is not committed yet is waited for: whoever comes second sees what became of the first.
    """
    return bool(
        await execute(
            conn,
            """
            INSERT INTO idempotency_keys AS held
                   (account_id, method, route, key, body_hash, object_id, request_id, claimed_at)
            VALUES (%(account_id)s, %(method)s, %(route)s, %(key)s, %(body_hash)s, %(object_id)s, %(request_id)s,
                    %(now)s)
            ON CONFLICT (account_id, method, route, key) DO UPDATE
               SET body_hash = EXCLUDED.body_hash, object_id = EXCLUDED.object_id, request_id = EXCLUDED.request_id,
                   claimed_at = EXCLUDED.claimed_at, answered_at = NULL, status = NULL, location = NULL, body = NULL
             WHERE held.answered_at IS NOT NULL AND held.claimed_at < %(expired)s
            """,
            {**_named(scope), "body_hash": scope.body_hash, "object_id": object_id, "request_id": scope.request_id,
             "now": now, "expired": expired},
        )
    )  # fmt: skip


async def find(conn: Connection, scope: Scope) -> IdempotencyKey | None:
    return await fetch_one(
        conn,
        IdempotencyKey,
        """
        SELECT object_id, route, request_id, body_hash, claimed_at, answered_at, status, location, body
          FROM idempotency_keys
         WHERE account_id = %(account_id)s AND method = %(method)s AND route = %(route)s AND key = %(key)s
        """,
        _named(scope),
    )


async def find_by_object(conn: Connection, object_id: str) -> IdempotencyKey | None:
    return await fetch_one(
        conn,
        IdempotencyKey,
        """
        SELECT object_id, route, request_id, body_hash, claimed_at, answered_at, status, location, body
          FROM idempotency_keys
         WHERE object_id = %(object_id)s
        """,
        {"object_id": object_id},
    )


async def store(conn: Connection, object_id: str, answer: Answer, now: datetime) -> bool:
    """Store the final answer, once; False if there is one already, or no key."""
    return bool(
        await execute(
            conn,
            """
            UPDATE idempotency_keys
               SET answered_at = %(now)s, status = %(status)s, location = %(location)s, body = %(body)s
             WHERE object_id = %(object_id)s AND answered_at IS NULL
            """,
            {
                "object_id": object_id,
                "now": now,
                "status": answer.status,
                "location": answer.location,
                "body": answer.body,
            },
        )
    )


async def release(conn: Connection, object_id: str) -> None:
    await execute(
        conn,
        "DELETE FROM idempotency_keys WHERE object_id = %(object_id)s AND answered_at IS NULL",
        {"object_id": object_id},
    )


async def delete_expired(conn: Connection, *, expired: datetime, limit: int) -> int:
    return await execute(
        conn,
        """
        DELETE FROM idempotency_keys WHERE (account_id, method, route, key) IN
            (SELECT account_id, method, route, key FROM idempotency_keys
              WHERE answered_at IS NOT NULL AND claimed_at < %(expired)s
              LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
        """,
        {"expired": expired, "limit": limit},
    )


def _named(scope: Scope) -> dict[str, Any]:
    return {"account_id": scope.account_id, "method": scope.method, "route": scope.route, "key": scope.key}
