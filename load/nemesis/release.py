"""A new release that takes over while people pay, with the change of the schema that it needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, LiteralString

import psycopg

from fixtures.bench import Bench
from fixtures.polling import eventually
from load.nemesis.bite import Bite, Burning

_WIDEN: LiteralString = "ALTER TABLE payments ADD COLUMN released_with text"
_NARROW: LiteralString = "ALTER TABLE payments DROP COLUMN released_with"
_PATIENCE: Final = "-c lock_timeout=200"
"""Whoever pays queues behind a statement that waits for a table's lock; so it gives up soon, and tries again."""
_TRIES_S: Final = 20.0
_OVERLAP_S: Final = 20
"""Long enough for a server to be replaced, and over long before the run is."""


@contextmanager
def _rolled_out(bench: Bench) -> Iterator[Bite]:
    """The schema is widened under the old release, the new one starts beside it, and the old one ends.

    What is widened is narrowed again when the new one serves.
    """
    _change(bench.database_url, _WIDEN)
    try:
        bench.replace_app()
        yield Bite("server replaced while it served", 1)
    finally:
        _change(bench.database_url, _NARROW)


@contextmanager
def _secret_rolled(bench: Bench) -> Iterator[Bite]:
    """The secret of the events is renewed; both sign while the server is replaced by one that knows the new one."""
    bench.roll_webhook_secret(_OVERLAP_S)
    yield Bite("secret renewed", 1)


@contextmanager
def _api_key_rolled(bench: Bench) -> Iterator[Bite]:
    """The processor's key is renewed; server and worker are replaced by ones that know it, and the old one expires."""
    former = bench.stripe.api_key
    bench.roll_api_key()
    yield Bite("old key refused", int(not bench.stripe.takes(former)))


def _change(url: str, statement: LiteralString) -> None:
    with psycopg.connect(url, autocommit=True, connect_timeout=5, options=_PATIENCE) as connection:
        eventually(lambda: _is_done(connection, statement), bool, timeout_s=_TRIES_S)


def _is_done(connection: psycopg.Connection, statement: LiteralString) -> bool:
    try:
        connection.execute(statement)
    except psycopg.errors.LockNotAvailable:
        return False
    return True


FAULTS: Final[dict[str, Burning]] = {
    "release.rolled_out": _rolled_out,
    "release.secret_rolled": _secret_rolled,
    "release.api_key_rolled": _api_key_rolled,
}
