"""How many statements a request sends, told by PostgreSQL itself: exact, and the same on a busy machine."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psycopg
import pytest

from fixtures.polling import eventually

LOOKS: Final = 5
"""The worker asks for its work now and then: of several looks, the fewest statements are the request's own."""
_PREFIX: Final = "%d|"


@contextmanager
def counted_statements(database_url: str) -> Iterator[Callable[[Callable[[], object]], int]]:
    """Yield what counts the statements that an act sends to the bench's database."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        log = _log_of(connection)
        _log_statements(connection, database_url)
        try:
            yield lambda act: min(_count(log, database_url, act) for _ in range(LOOKS))
        finally:
            for setting in ("log_statement", "log_line_prefix"):
                connection.execute(f"ALTER SYSTEM RESET {setting}".encode())
            connection.execute("SELECT pg_reload_conf()")


def _log_statements(connection: psycopg.Connection, database_url: str) -> None:
    """Return when a new connection logs: the server has told all others by then, and they obey with their next one."""
    connection.execute(f"ALTER SYSTEM SET log_line_prefix = '{_PREFIX}'".encode())
    connection.execute("ALTER SYSTEM SET log_statement = 'all'")
    connection.execute("SELECT pg_reload_conf()")
    eventually(lambda: _is_logging(database_url), lambda logging: logging)


def _is_logging(database_url: str) -> bool:
    with psycopg.connect(database_url) as connection:
        return connection.execute("SHOW log_statement").fetchone() == ("all",)


def _log_of(connection: psycopg.Connection) -> Path:
    """The embedded server writes beside its data."""
    row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    log = Path(row[0]).with_name("postgres.log")
    if not log.is_file():
        pytest.skip("This PostgreSQL keeps its log elsewhere: unset DATABASE_URL to have statements counted.")
    return log


def _count(log: Path, database_url: str, act: Callable[[], object]) -> int:
    database = urlsplit(database_url).path.removeprefix("/")
    start = log.stat().st_size
    act()
    with log.open(encoding="utf-8") as file:
        file.seek(start)
        # A statement is written down before it runs: with the answer, all of its statements are there.
        return len(
            re.findall(rf"^{re.escape(database)}\|LOG:  (?:statement|execute [^:]*): ", file.read(), re.MULTILINE)
        )
