"""M20: a circuit breaker opens when the database is away, and nothing ever closes it but a restart by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import OperationalError

from system.kit.db import Database

ROW = 220
SOURCE = "postel-sh/postel#127; bsv-blockchain/teranode#1642"
CHECK = "contract/test_recovery.py::test_a_database_that_restarts_is_worked_with_again_by_itself"

_broken: list[OperationalError] = []


def apply() -> None:
    held = Database._held

    @asynccontextmanager
    async def held_or_refused(db: Database) -> AsyncIterator[Any]:
        if _broken:
            raise OperationalError("the circuit is open")
        try:
            async with held(db) as conn:
                yield conn
        except OperationalError as away:
            _broken.append(away)
            raise

    Database._held = held_or_refused
