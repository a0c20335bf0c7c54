"""A page takes as long behind fifty thousand payments as on top of them, and as in a history of three."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Final

import psycopg
import pytest

from fixtures.bench import Bench
from fixtures.client import Auditor, Item, Member, Page, Reply, requests

TOKENS: Final = "itm_tokens_100"
DEPTH: Final = 50_000
ROUNDS: Final = 15
RATIO_MAX: Final = 2.0
PATIENCE_S: Final = 4.0

# Ids sort by time: these are newer than any real one, and none of them moved money.
_BURY: Final = """
INSERT INTO payments (payment_id, account_id, price_id, item_id, item_name, repeatable, amount, currency, status,
                      created_at, updated_at)
SELECT 'pay_7' || lpad(number::text, 25, '0'), account_id, price_id, item_id, item_name, repeatable, amount, currency,
       'canceled', created_at, updated_at
  FROM payments, generate_series(1, %(depth)s) AS number
 WHERE payment_id = %(payment_id)s
"""
_UNEARTH: Final = "DELETE FROM payments WHERE payment_id LIKE 'pay_7%'"


@dataclass(frozen=True, slots=True)
class Deep:
    """Whose history is long, and the cursors of his and of everybody's that lead to the real payments below."""

    buyer: Member
    own: str
    everybodys: str


@pytest.fixture(scope="module")
def short(newcomer: Callable[[], Member], catalogue: Mapping[str, Item]) -> Member:
    return _buyer(newcomer, catalogue)


@pytest.fixture(scope="module")
def deep(bench: Bench, newcomer: Callable[[], Member], catalogue: Mapping[str, Item]) -> Iterator[Deep]:
    buyer = _buyer(newcomer, catalogue)
    first = buyer.payments(limit=1).value
    everybodys = _page(bench.as_auditor(), requests.ALL_PAYMENTS, 1).value
    assert first.next_cursor is not None
    assert everybodys.next_cursor is not None
    with psycopg.connect(bench.database_url, autocommit=True) as connection:
        _without_foreign_keys(connection)
        connection.execute(_BURY, {"depth": DEPTH, "payment_id": first.items[0].payment_id})
        connection.execute("ANALYZE payments")
        yield Deep(buyer, first.next_cursor, everybodys.next_cursor)
        connection.execute(_UNEARTH)
        connection.execute("ANALYZE payments")


@pytest.mark.proves("A2.5")
def test_a_page_of_a_long_history_takes_as_long_as_one_of_a_short_history(short: Member, deep: Deep) -> None:
    page = partial(_page, path=requests.PAYMENTS, limit=2)
    looks = {
        "short history": partial(page, short),
        "long history": partial(page, deep.buyer),
        "its last page": partial(page, deep.buyer, cursor=deep.own),
    }

    took = _shortest(looks)

    assert [len(look().value.items) for look in looks.values()] == [2, 2, 2]
    assert _is_even(took), took


@pytest.mark.proves("A2.5")
def test_everybodys_payments_take_as_long_at_the_end_as_at_the_beginning(auditor: Auditor, deep: Deep) -> None:
    page = partial(_page, auditor, requests.ALL_PAYMENTS, 2)

    took = _shortest({"first page": page, "deep page": partial(page, cursor=deep.everybodys)})

    assert _is_even(took), took


def _buyer(newcomer: Callable[[], Member], catalogue: Mapping[str, Item]) -> Member:
    member = newcomer()
    for number in range(3):
        assert member.pay(catalogue[TOKENS], key=f"real-{number}").status == 201
    return member


def _without_foreign_keys(connection: psycopg.Connection) -> None:
    """Each is a look-up for each row, and would take longer than all the rest."""
    try:
        connection.execute("SET session_replication_role = replica")
    except psycopg.errors.InsufficientPrivilege:
        pytest.skip("Only a superuser of PostgreSQL fills a table without its foreign keys: use one in DATABASE_URL.")


def _page(reader: Member, path: str, limit: int, cursor: str | None = None) -> Reply[Page[object]]:
    return Reply(reader.send("GET", requests.page(path, limit, cursor)), Page[object])


def _shortest(looks: Mapping[str, Callable[[], Reply[Page[object]]]]) -> Mapping[str, float]:
    """The shortest of several rounds, taken in turns: what else the machine does lengthens some and shortens none.

    On a busy machine it takes more rounds until one look of each went undisturbed.
    """
    deadline, shortest = time.monotonic() + PATIENCE_S, dict.fromkeys(looks, float("inf"))
    for number in count(1):
        for name, look in looks.items():
            shortest[name] = min(shortest[name], look().elapsed_s)
        if number >= ROUNDS and (_is_even(shortest) or time.monotonic() > deadline):
            break
    return shortest


def _is_even(shortest: Mapping[str, float]) -> bool:
    return max(shortest.values()) <= RATIO_MAX * min(shortest.values())
