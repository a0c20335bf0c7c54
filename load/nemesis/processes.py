"""Processes that die, stand still, are replaced, or are ahead of their time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final, LiteralString

import psycopg

from fixtures.bench import Bench
from load.nemesis.bite import Bite, Burning

_DUE: Final = """
SELECT count(*) FROM procrastinate_jobs
 WHERE status IN ('todo', 'doing') AND (scheduled_at IS NULL OR scheduled_at <= now())
"""
_AHEAD: Final = timedelta(seconds=45)
_FROM_THE_FUTURE: Final = "SELECT count(*) FROM payments WHERE created_at > now() + interval '10 seconds'"


@contextmanager
def _app_killed(bench: Bench) -> Iterator[Bite]:
    bench.kill_app()
    try:
        yield Bite("server killed", 1)
    finally:
        bench.start_app()


@contextmanager
def _app_paused(bench: Bench) -> Iterator[Bite]:
    bench.pause_app()
    try:
        yield Bite("server suspended", 1)
    finally:
        bench.resume_app()


@contextmanager
def _app_restarted(bench: Bench) -> Iterator[Bite]:
    """As a release does it: asked to end, it lets requests finish; then its successor starts."""
    bench.end_app()
    try:
        yield Bite("server replaced", 1)
    finally:
        bench.start_app()


@contextmanager
def _app_ahead(bench: Bench) -> Iterator[Bite]:
    """Its clock is wrong by less than the minute that tokens allow; the bite is the payments that it dates wrongly."""
    bite = Bite("payments dated in the future")
    with bench.app_ahead(_AHEAD):
        yield bite
        bite.count = _counted(bench, _FROM_THE_FUTURE)


@contextmanager
def _worker_killed(bench: Bench) -> Iterator[Bite]:
    bench.kill_worker()
    bite = Bite("jobs left without a worker")
    try:
        yield bite
        bite.count = _counted(bench, _DUE)
    finally:
        bench.start_worker()


@contextmanager
def _worker_paused(bench: Bench) -> Iterator[Bite]:
    bench.pause_worker()
    bite = Bite("jobs left waiting")
    try:
        yield bite
        bite.count = _counted(bench, _DUE)
    finally:
        bench.resume_worker()


def _counted(bench: Bench, query: LiteralString) -> int:
    with psycopg.connect(bench.database_url, autocommit=True, connect_timeout=5) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


FAULTS: Final[dict[str, Burning]] = {
    "app.killed": _app_killed,
    "app.paused": _app_paused,
    "app.restarted": _app_restarted,
    "clock.app_ahead": _app_ahead,
    "worker.killed": _worker_killed,
    "worker.paused": _worker_paused,
}
