"""Success is answered before the payment is committed: who reads at once does not find what was acknowledged."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from system.payments import process

ROW = 6
SOURCE = "fastapi/fastapi#3620; vstorm-co/agenticos#428"
CHECK = "contract/test_commit_before_answer.py::test_a_payment_is_there_the_moment_it_is_acknowledged"
LATE_S = 0.1
_commits: set[asyncio.Task[Any]] = set()


class LateDatabase:
    """Commits as a dependency with `yield` does whose exit runs behind the response."""

    def __init__(self, db: Any) -> None:
        self._db = db

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        transaction = self._db.transaction()
        yield await transaction.__aenter__()
        commit = asyncio.get_running_loop().create_task(_later(transaction))
        _commits.add(commit)
        commit.add_done_callback(_commits.discard)


async def _later(transaction: Any) -> None:
    await asyncio.sleep(LATE_S)
    await transaction.__aexit__(None, None, None)


def apply() -> None:
    close = process._close

    async def close_late(system: Any, *args: Any) -> Any:
        return await close(replace(system, db=LateDatabase(system.db)), *args)

    process._close = close_late
