"""Watch one payment: what it asks of the database, and what of the processor."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psycopg

from fixtures.bench import Bench
from fixtures.client import Item, Member
from fixtures.databases import shared_server
from fixtures.emulator import Call
from load.bench.statements import (
    PREFIX,
    Statement,
    Transaction,
    UnreadableLogError,
    names_of_this_payment,
    parse,
    transactions,
)

CARD: Final = "pm_card_visa"
_WRITTEN_WITHIN_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Recording:
    """A payment's transactions, how many of them come before the processor is asked, and that call."""

    transactions: tuple[Transaction, ...]
    names: tuple[str, ...]
    before: int
    call: Call

    @property
    def statements(self) -> int:
        return sum(len(transaction) for transaction in self.transactions)


def record(bench: Bench, member: Member, item: Item) -> Recording:
    """Two payments of one account, told apart by what differs. Raises UnreadableLogError when they are unlike."""
    pay(member, item, "recording-0")  # makes the customer, once for all payments of the account
    grouped, calls = [], []
    with _logging() as log:
        for key in ("recording-1", "recording-2"):
            read_from, called = log.stat().st_size, len(bench.stripe.journal())
            pay(member, item, key)
            grouped.append(transactions(_written(log, read_from, _database(bench))))
            calls += bench.stripe.journal()[called:]
    if len(calls) != len(grouped):
        raise UnreadableLogError(f"two payments asked the processor {len(calls)} times: {calls}")
    names = names_of_this_payment(grouped[0], grouped[1], ["recording-2"])
    return Recording(tuple(grouped[1]), tuple(names), _before_the_call(grouped[1]), calls[1])


def pay(member: Member, item: Item, key: str) -> None:
    paid = member.pay(item, key=key, payment_method=CARD)
    assert paid.value.status == "succeeded", paid.text


def _before_the_call(grouped: list[Transaction]) -> int:
    """The processor is asked between the transaction that records the intent and the one that applies the answer."""
    writing = [
        n for n, transaction in enumerate(grouped) if any("INSERT INTO payments" in each.sql for each in transaction)
    ]
    if not writing:
        raise UnreadableLogError("no transaction of the payment records its intent")
    return writing[0] + 1


def _database(bench: Bench) -> str:
    return urlsplit(bench.database_url).path.removeprefix("/")


@contextmanager
def _logging() -> Iterator[Path]:
    """Have PostgreSQL write down every statement. Raises PostgresUnavailableError when the server is not ours."""
    cluster = shared_server().cluster()
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        try:
            connection.execute(f"ALTER SYSTEM SET log_line_prefix = '{PREFIX}'")
            connection.execute("ALTER SYSTEM SET log_statement = 'all'")
            connection.execute("SELECT pg_reload_conf()")
            _wait_for_setting(cluster.url)
            yield cluster.log
        finally:
            connection.execute("ALTER SYSTEM RESET log_statement")
            connection.execute("ALTER SYSTEM RESET log_line_prefix")
            connection.execute("SELECT pg_reload_conf()")


def _wait_for_setting(url: str) -> None:
    """A reload reaches new connections first; those of a pool at rest take it with their next statement."""
    deadline = time.monotonic() + _WRITTEN_WITHIN_S
    while time.monotonic() < deadline:
        with psycopg.connect(url) as connection:
            row = connection.execute("SHOW log_statement").fetchone()
        if row == ("all",):
            return
        time.sleep(0.05)
    raise UnreadableLogError("PostgreSQL did not begin to log its statements")


def _written(log: Path, start: int, database: str) -> list[Statement]:
    """What the log says since `start`, once the last transaction's end is in it."""
    deadline = time.monotonic() + _WRITTEN_WITHIN_S
    while time.monotonic() < deadline:
        with log.open("rb") as file:
            file.seek(start)
            found = parse(file.read().decode(), database)
        if found and found[-1].sql.upper().startswith("COMMIT"):
            return found
        time.sleep(0.05)
    raise UnreadableLogError("the log does not hold the end of a payment")
