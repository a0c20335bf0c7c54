"""PostgreSQL that dies, finds no room, cuts its connections, or holds a lock for too long."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Final

import psycopg

from fixtures.bench import Bench
from load.nemesis.bite import Bite, Burning
from load.nemesis.heirs import look

_CUT_EVERY_S: Final = 0.25
_LOOK_EVERY_S: Final = 0.1
_ALONE_S: Final = 1.0
_PATIENCE: Final = "-c lock_timeout=10000"
_OTHERS: Final = "datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"


@contextmanager
def _server_killed(bench: Bench) -> Iterator[Bite]:
    bench.kill_postgres()
    try:
        yield Bite("server killed", 1)
    finally:
        bench.start_postgres()


@contextmanager
def _stopped_at_once(bench: Bench) -> Iterator[Bite]:
    bench.stop_postgres_at_once()
    try:
        yield Bite("server stopped", 1)
    finally:
        bench.start_postgres()


@contextmanager
def _out_of_connections(bench: Bench) -> Iterator[Bite]:
    """Somebody else has them all, and does nothing with them."""
    with bench.postgres_without_connections() as taken:
        yield Bite("connections held", taken)


@contextmanager
def _disk_full(bench: Bench) -> Iterator[Bite]:
    """The bite is the processes that could not write and ended."""
    bite = Bite("processes of the server ended")
    with bench.postgres_without_room() as ended:
        yield bite
        bite.count = ended()


@contextmanager
def _failed_over(bench: Bench) -> Iterator[Bite]:
    """The server loses its replica, is gone for good a second later, and the replica takes over all the same."""
    bite = Bite("replica promoted")
    with bench.postgres_replica(partial(_inherit, bite)) as cut_off:
        cut_off()
        time.sleep(_ALONE_S)
        bench.kill_postgres()
        yield bite


@contextmanager
def _restored(bench: Bench) -> Iterator[Bite]:
    """The server is gone for good and had no replica: its backup, and the log that was archived since."""
    bite = Bite("server restored")
    with bench.postgres_archive(partial(_inherit, bite)):
        bench.kill_postgres()
        yield bite


def _inherit(bite: Bite, url: str) -> None:
    bite.count, bite.heir = 1, look(url)


@contextmanager
def _backend_killed(bench: Bench) -> Iterator[Bite]:
    """PostgreSQL ends all its connections and recovers by itself."""
    bench.kill_postgres_backend()
    yield Bite("connection's process killed", 1)


@contextmanager
def _connections_cut(bench: Bench) -> Iterator[Bite]:
    """Over and over, as long as it burns."""
    bite = Bite("connections cut")

    def cut(connection: psycopg.Connection) -> None:
        row = connection.execute(
            f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {_OTHERS}"  # noqa: S608 - a constant
        ).fetchone()
        bite.count += int(row[0]) if row else 0

    with _repeating(bench.database_url, cut, _CUT_EVERY_S):
        yield bite


@contextmanager
def _payments_locked(bench: Bench) -> Iterator[Bite]:
    """As a migration does that rewrites a table while people pay. The bite is the most sessions that waited at once."""
    bite = Bite("sessions waited for the lock")

    def count(connection: psycopg.Connection) -> None:
        row = connection.execute(
            f"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND {_OTHERS}"  # noqa: S608 - same
        ).fetchone()
        bite.count = max(bite.count, int(row[0]) if row else 0)

    with psycopg.connect(bench.database_url, connect_timeout=5, options=_PATIENCE) as holder:
        holder.execute("LOCK TABLE payments IN ACCESS EXCLUSIVE MODE")
        with _repeating(bench.database_url, count, _LOOK_EVERY_S):
            yield bite
        holder.rollback()


@contextmanager
def _repeating(url: str, action: Callable[[psycopg.Connection], None], every_s: float) -> Iterator[None]:
    """Do something again and again beside the block, on a connection of its own."""
    ended = threading.Event()

    def repeat() -> None:
        with suppress(psycopg.Error), psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            while not ended.is_set():
                action(connection)
                ended.wait(every_s)

    thread = threading.Thread(target=repeat, name="nemesis-repeating", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


FAULTS: Final[dict[str, Burning]] = {
    "postgres.killed": _server_killed,
    "postgres.stopped": _stopped_at_once,
    "postgres.disk_full": _disk_full,
    "postgres.out_of_connections": _out_of_connections,
    "postgres.failed_over": _failed_over,
    "postgres.restored": _restored,
    "postgres.backend_killed": _backend_killed,
    "postgres.connections_cut": _connections_cut,
    "postgres.payments_locked": _payments_locked,
}
