import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass

import psycopg
from psycopg_pool import PoolTimeout

from system.context import System
from system.health.schemas import Check
from system.kit.db import fetch_one
from system.migrations.head import wanted_version
from system.settings import Settings

CHECK_TIMEOUT_S = 2.0
"""Shorter than the time-out of any prober, so that the answer says which part is away."""

_STRIPE = ("api.stripe.com", 443)


@dataclass(frozen=True, slots=True)
class _Version:
    version_num: str


async def check_all(system: System) -> dict[str, Check]:
    """Ask every part at once; a part that does not answer within CHECK_TIMEOUT_S has failed."""
    database, processor = await asyncio.gather(
        _timed(_check_database(system)), _timed(_check_processor(system.settings))
    )
    return {"database": database, "processor": processor}


async def _check_database(system: System) -> str | None:
    async with system.db.statement() as conn:
        found = await fetch_one(conn, _Version, "SELECT version_num FROM alembic_version", {})
    stored = found.version_num if found else "nothing"
    return None if stored == wanted_version() else f"the schema is at {stored}, this program wants {wanted_version()}"


async def _check_processor(settings: Settings) -> str | None:
    """Open a connection and close it: reachable is what we need to know, and a call would count against our rate."""
    base = settings.stripe_api_base
    host, port = (str(base.host), base.port or 443) if base else _STRIPE
    _, writer = await asyncio.open_connection(host, port)
    writer.close()
    return None


async def _timed(asking: Awaitable[str | None]) -> Check:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            fault = await asking
    except TimeoutError:
        fault = f"no answer within {CHECK_TIMEOUT_S:g} s"
    except (OSError, psycopg.Error, PoolTimeout) as away:
        fault = (str(away).strip().splitlines() or [type(away).__name__])[0]
    if fault is not None:
        return Check(status="failed", detail=fault)
    return Check(status="ok", detail=f"answers in {(time.perf_counter() - began) * 1000:.0f} ms")
