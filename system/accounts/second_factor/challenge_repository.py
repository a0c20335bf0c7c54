from datetime import datetime
from typing import Literal

from system.accounts.second_factor.models import Challenge
from system.kit.db import Connection, execute, fetch_one


async def insert(conn: Connection, challenge: Challenge, token_hash: bytes, now: datetime) -> None:
    await execute(
        conn,
        """
        INSERT INTO login_challenges (challenge_id, account_id, kind, first_factor, token_hash, issued_at, expires_at)
        VALUES (%(challenge_id)s, %(account_id)s, %(kind)s, %(first_factor)s, %(token_hash)s, %(now)s, %(expires_at)s)
        """,
        {
            "challenge_id": challenge.challenge_id,
            "account_id": challenge.account_id,
            "kind": challenge.kind,
            "first_factor": challenge.first_factor,
            "token_hash": token_hash,
            "now": now,
            "expires_at": challenge.expires_at,
        },
    )


async def find(conn: Connection, token_hash: bytes) -> Challenge | None:
    return await fetch_one(
        conn,
        Challenge,
        """
        SELECT challenge_id, account_id, kind, first_factor, expires_at, failures, closed_at
        FROM login_challenges WHERE token_hash = %(token_hash)s
        """,
        {"token_hash": token_hash},
    )


async def add_failure(conn: Connection, challenge_id: str) -> None:
    await execute(
        conn,
        "UPDATE login_challenges SET failures = failures + 1 WHERE challenge_id = %(challenge_id)s",
        {"challenge_id": challenge_id},
    )


async def close(conn: Connection, challenge_id: str, now: datetime, because: Literal["passed", "failed"]) -> None:
    await execute(
        conn,
        """
        UPDATE login_challenges SET closed_at = %(now)s, closed_because = %(because)s
        WHERE challenge_id = %(challenge_id)s
        """,
        {"challenge_id": challenge_id, "now": now, "because": because},
    )


async def void_open(conn: Connection, account_id: str, now: datetime) -> None:
    """End every log-in of an account that waits for a code: what it was begun with has changed."""
    await execute(
        conn,
        """
        UPDATE login_challenges SET closed_at = %(now)s, closed_because = 'void'
        WHERE account_id = %(account_id)s AND closed_at IS NULL
        """,
        {"account_id": account_id, "now": now},
    )


async def forget(conn: Connection, account_id: str, before: datetime) -> None:
    await execute(
        conn,
        "DELETE FROM login_challenges WHERE account_id = %(account_id)s AND issued_at < %(before)s",
        {"account_id": account_id, "before": before},
    )
