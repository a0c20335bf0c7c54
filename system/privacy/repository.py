from dataclasses import dataclass
from datetime import datetime

from system.kit.db import Connection, execute, fetch_one


@dataclass(frozen=True, slots=True)
class Erasure:
    """`forgotten_at` is when the processor had forgotten the person as well."""

    erasure_id: str
    account_id: str
    erased_at: datetime
    processor_customer_id: str | None
    forgotten_at: datetime | None


async def insert(conn: Connection, erasure: Erasure) -> None:
    await execute(
        conn,
        """
        INSERT INTO erasures (erasure_id, account_id, erased_at, processor_customer_id, forgotten_at)
        VALUES (%(erasure_id)s, %(account_id)s, %(erased_at)s, %(customer_id)s, %(forgotten_at)s)
        """,
        {
            "erasure_id": erasure.erasure_id,
            "account_id": erasure.account_id,
            "erased_at": erasure.erased_at,
            "customer_id": erasure.processor_customer_id,
            "forgotten_at": erasure.forgotten_at,
        },
    )


async def find(conn: Connection, erasure_id: str) -> Erasure | None:
    return await fetch_one(
        conn,
        Erasure,
        """
        SELECT erasure_id, account_id, erased_at, processor_customer_id, forgotten_at
          FROM erasures WHERE erasure_id = %(erasure_id)s
        """,
        {"erasure_id": erasure_id},
    )


async def mark_forgotten(conn: Connection, erasure_id: str, now: datetime) -> bool:
    """Return False if it was marked before."""
    marked = await execute(
        conn,
        "UPDATE erasures SET forgotten_at = %(now)s WHERE erasure_id = %(erasure_id)s AND forgotten_at IS NULL",
        {"erasure_id": erasure_id, "now": now},
    )
    return marked == 1
