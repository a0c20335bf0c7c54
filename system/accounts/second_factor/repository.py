from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from system.accounts.second_factor.models import Factor
from system.kit.db import Connection, execute, fetch_one


@dataclass(frozen=True, slots=True)
class _Count:
    number: int


async def find(conn: Connection, account_id: str) -> Factor | None:
    return await fetch_one(
        conn,
        Factor,
        """
        SELECT account_id, sealed_secret, set_up_at, enabled_at
        FROM second_factors WHERE account_id = %(account_id)s
        """,
        {"account_id": account_id},
    )


async def set_up(conn: Connection, account_id: str, sealed_secret: bytes, now: datetime) -> bool:
    """Keep a new secret, in the place of one that was never enabled; False if one is enabled."""
    kept = await execute(
        conn,
        """
        INSERT INTO second_factors AS factor (account_id, sealed_secret, set_up_at)
        VALUES (%(account_id)s, %(sealed_secret)s, %(now)s)
        ON CONFLICT (account_id) DO UPDATE SET sealed_secret = %(sealed_secret)s, set_up_at = %(now)s
        WHERE factor.enabled_at IS NULL
        """,
        {"account_id": account_id, "sealed_secret": sealed_secret, "now": now},
    )
    return kept == 1


async def enable(conn: Connection, account_id: str, step: int, now: datetime) -> None:
    await execute(
        conn,
        """
        UPDATE second_factors SET enabled_at = %(now)s, last_step = %(step)s
        WHERE account_id = %(account_id)s AND enabled_at IS NULL
        """,
        {"account_id": account_id, "step": step, "now": now},
    )


async def spend_step(conn: Connection, account_id: str, step: int) -> bool:
    """Accept the code of a time step; False if it, or a later one, was accepted before (RFC 6238, 5.2)."""
    spent = await execute(
        conn,
        """
        UPDATE second_factors SET last_step = %(step)s
        WHERE account_id = %(account_id)s AND enabled_at IS NOT NULL AND last_step < %(step)s
        """,
        {"account_id": account_id, "step": step},
    )
    return spent == 1


async def delete(conn: Connection, account_id: str) -> None:
    """Forget the secret and, with it, the recovery codes."""
    await execute(conn, "DELETE FROM second_factors WHERE account_id = %(account_id)s", {"account_id": account_id})


async def replace_recovery_codes(conn: Connection, account_id: str, hashes: Sequence[bytes]) -> None:
    await execute(conn, "DELETE FROM recovery_codes WHERE account_id = %(account_id)s", {"account_id": account_id})
    await execute(
        conn,
        "INSERT INTO recovery_codes (account_id, code_hash) SELECT %(account_id)s, unnest(%(hashes)s::bytea[])",
        {"account_id": account_id, "hashes": list(hashes)},
    )


async def spend_recovery_code(conn: Connection, account_id: str, code_hash: bytes, now: datetime) -> bool:
    """Use a code up; False for one that is unknown or was used. Of two that hold the same code, one is let in."""
    spent = await execute(
        conn,
        """
        UPDATE recovery_codes SET used_at = %(now)s
        WHERE account_id = %(account_id)s AND code_hash = %(code_hash)s AND used_at IS NULL
        """,
        {"account_id": account_id, "code_hash": code_hash, "now": now},
    )
    return spent == 1


async def count_recovery_codes(conn: Connection, account_id: str) -> int:
    """How many are left."""
    found = await fetch_one(
        conn,
        _Count,
        "SELECT count(*) AS number FROM recovery_codes WHERE account_id = %(account_id)s AND used_at IS NULL",
        {"account_id": account_id},
    )
    assert found is not None
    return found.number
