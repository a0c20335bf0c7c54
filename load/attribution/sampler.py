"""Look at everything once a second while a run goes on, from the parent of the generator, in a thread.

A line of `samples.jsonl` is one sample: `at_s` (seconds since the watch began), `machine_busy` (share of all cores),
`processes` (by kind; see processes.py) and `postgres` (null for a foreign target, and while it does not answer; see
postgres.py). The first line describes the units, the last one says how the watch ended. Without that last line nothing
can be said.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TextIO

import psutil
import psycopg

from load import folder
from load.attribution.postgres import Postgres
from load.attribution.processes import Processes

EVERY_S: Final = 1.0
COLUMNS: Final = {
    "at_s": "seconds since the watch began",
    "machine_busy": "share of all cores, 0 to 1",
    "processes.KIND.cores": "cores used by all processes of the kind",
    "processes.KIND.busiest": "share of one core used by the busiest of them",
    "processes.KIND.rss_mib": "MiB resident; memory that processes share is counted in each",
    "processes.KIND.descriptors": "open files and sockets; null where they may not be read",
    "postgres.connections": "client connections to the run's database, without the watcher's",
    "postgres.active": "of them executing a statement; running, waiting_lock and waiting_disk are parts of these",
    "postgres.waiting_disk": "waiting for IO or for the write-ahead log",
    "postgres.longest_s": "age of the oldest statement under way; its text when above 0.1 s",
    "postgres.backlog": "jobs that are due and not begun",
}


class Sampler:
    def __init__(self, path: Path, database_url: str | None) -> None:
        self._path = path
        self._url = database_url
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sampler", daemon=True)
        self._began = time.monotonic()
        self._run_began: float | None = None

    def start(self) -> None:
        self._thread.start()

    def hear(self, line: Mapping[str, Any]) -> None:
        """Learn from the generator's lines when its clock began, so that both lie on one axis."""
        if self._run_began is None and line["type"] == "second":
            self._run_began = time.monotonic() - float(line["elapsed_s"])

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(timeout=10)

    def _watch(self) -> None:
        with self._path.open("w", encoding="utf-8", buffering=1) as file:
            _write(file, {"type": "begin", "every_s": EVERY_S, "columns": COLUMNS})
            end: dict[str, Any] = {"failed": None}
            try:
                self._sample(file, end)
            except Exception as error:  # noqa: BLE001 - whatever it was, the judge must read that the watch failed
                end["failed"] = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
            end["run_began_s"] = None if self._run_began is None else round(self._run_began - self._began, 3)
            end |= {"began_monotonic_s": self._began, "own_cpu_s": round(time.thread_time(), 3)}
            _write(file, end | {"type": "end", "watched_s": round(time.monotonic() - self._began, 3)})

    def _sample(self, file: TextIO, end: dict[str, Any]) -> None:
        processes = Processes()
        watched = None if self._url is None else _Database(self._url)
        try:
            psutil.cpu_percent()
            last = time.monotonic()
            processes.sample(EVERY_S)
            due = last + EVERY_S
            while not self._ended.wait(max(0.0, due - time.monotonic())):
                now = time.monotonic()
                seen = {"machine_busy": psutil.cpu_percent() / 100, "processes": processes.sample(now - last)}
                told = None if watched is None else watched.sample()
                _write(file, {"type": "sample", "at_s": round(now - self._began, 3), **seen, "postgres": told})
                last, due = now, max(due + EVERY_S, now)
            end["descriptors_limit"] = processes.descriptors_limit
            end["memory_mib"] = psutil.virtual_memory().total // 2**20
            end["cores"] = psutil.cpu_count()
            if watched is not None:
                end |= watched.end()
        finally:
            if watched is not None:
                watched.close()


class _Database:
    """PostgreSQL as it is watched: one that does not answer, or was killed, leaves a hole and is asked again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._postgres: Postgres | None = Postgres.connect(url)

    def sample(self) -> dict[str, Any] | None:
        try:
            if self._postgres is None:
                self._postgres = Postgres.connect(self._url)
            return self._postgres.sample()
        except psycopg.Error:
            self.close()
            return None

    def end(self) -> dict[str, Any]:
        """Raises psycopg.Error when nobody answers even at the end."""
        asked = self._postgres or Postgres.connect(self._url)
        return {"connections_limit": asked.connections_limit(), "statements": asked.statements()}

    def close(self) -> None:
        if self._postgres is not None:
            with suppress(psycopg.Error):
                self._postgres.close()
        self._postgres = None


def _write(file: TextIO, line: Mapping[str, Any]) -> None:
    file.write(json.dumps(line, default=float) + "\n")


@contextmanager
def sampling(directory: Path, database_url: str | None) -> Iterator[Sampler]:
    sampler = Sampler(directory / folder.SAMPLES, database_url)
    sampler.start()
    try:
        yield sampler
    finally:
        sampler.stop()
