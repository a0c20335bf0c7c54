import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, LiteralString, TypeVar

from psycopg import AsyncConnection, InternalError, OperationalError
from psycopg.rows import TupleRow, class_row
from psycopg_pool import AsyncConnectionPool

from system.kit.timing import spent

Connection = AsyncConnection[TupleRow]
Row = TypeVar("Row")
Params = Mapping[str, Any]

ACQUIRE_TIMEOUT_S = 5.0
"""A request that found no connection for this long is refused with 503: better than a queue that nobody sees."""

RECONNECT_S = 2.0
"""The pool waits twice as long after each failed attempt, so that it would come back long after the database has. Given
up this soon, a connection is asked for anew by the next request."""

_ITS_OWN_FAULT = "XX"
"""The class of PostgreSQL's errors with itself, such as a file that cannot grow: no fault of the request."""


class Database:
    """The pool. A connection is held for one transaction and never across a call to somebody else's server."""

    def __init__(self, url: str, size: int) -> None:
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=min(2, size),
            max_size=size,
            timeout=ACQUIRE_TIMEOUT_S,
            reconnect_timeout=RECONNECT_S,
            open=False,
            # A statement is prepared the second time a connection sees it: the money path repeats a dozen of them.
            kwargs={"prepare_threshold": 1},
            configure=_keep_all_prepared,
            check=None,
        )
        self._renewal: asyncio.Task[None] | None = None

    @property
    def pool(self) -> AsyncConnectionPool[Connection]:
        return self._pool

    async def open(self) -> None:
        await self._pool.open(wait=True, timeout=ACQUIRE_TIMEOUT_S * 2)

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Yield a connection whose work is committed at the end of the block, or undone if the block raises."""
        async with self._held() as conn:
            yield conn

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Connection]:
        """Yield a connection whose statements each commit by themselves: one trip to the database instead of three."""
        async with self._held() as conn:
            await conn.set_autocommit(True)
            try:
                yield conn
            finally:
                if not conn.closed:
                    await conn.set_autocommit(False)

    @asynccontextmanager
    async def _held(self) -> AsyncIterator[Connection]:
        asked, given = time.perf_counter(), None
        try:
            async with self._pool.connection() as conn:
                given = time.perf_counter()
                yield conn
        except OperationalError:
            self._renew()
            raise
        except InternalError as error:
            if not (error.sqlstate or "").startswith(_ITS_OWN_FAULT):
                raise
            self._renew()
            raise OperationalError(str(error)) from error
        finally:
            if account := spent():
                now = time.perf_counter()
                account.pool_s += (given or now) - asked
                account.db_s += now - (given or now)

    def _renew(self) -> None:
        """Test the idle connections: where one broke, the server was restarted, and all the others are dead as well."""
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._pool.check())


async def _keep_all_prepared(conn: Connection) -> None:
    """There are more statements than the hundred that psycopg keeps; all are literals, so that their number is finite.

    With the limit, those that went were prepared again and again.
    """
    conn.prepared_max = None


async def fetch_one(conn: Connection, row: type[Row], query: LiteralString, params: Params) -> Row | None:
    """Return the first row as `row`, by column name, or None."""
    async with conn.cursor(row_factory=class_row(row)) as cursor:
        await cursor.execute(query, params)
        return await cursor.fetchone()


async def fetch_all(conn: Connection, row: type[Row], query: LiteralString, params: Params) -> list[Row]:
    async with conn.cursor(row_factory=class_row(row)) as cursor:
        await cursor.execute(query, params)
        return await cursor.fetchall()


async def execute(conn: Connection, query: LiteralString, params: Params) -> int:
    """Run a statement and return how many rows it touched: the answer of every insert-or-ignore and guarded update."""
    cursor = await conn.execute(query, params)
    return cursor.rowcount


def params_of(row: object) -> dict[str, Any]:
    """Return a slotted dataclass by its field names; `dataclasses.asdict` copies deeply and costs ten times as much."""
    return {name: getattr(row, name) for name in type(row).__slots__}  # type: ignore[attr-defined]
