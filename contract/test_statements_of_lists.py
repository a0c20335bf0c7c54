"""A list sends as many statements for many rows as for one: what it shows of a row is read with the row."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest

from contract.statements import counted_statements
from fixtures.bench import Bench
from fixtures.client import Auditor, Item, Member, Page, Reply, requests
from fixtures.polling import eventually

TOKENS: Final = "itm_tokens_100"
ROWS: Final = 6
OWN: Final = (requests.PAYMENTS, requests.INVOICES, requests.SHELF, requests.CATALOGUE)
EVERYBODYS: Final = (
    requests.ALL_PAYMENTS,
    requests.ALL_REFUNDS,
    requests.ALL_INVOICES,
    requests.LEDGER_ENTRIES,
    requests.AUDIT_LOG,
    requests.WEBHOOK_EVENTS,
)

Counted = Callable[[Callable[[], object]], int]


@pytest.fixture(scope="module")
def buyer(newcomer: Callable[[], Member], catalogue: Mapping[str, Item]) -> Member:
    """Somebody with a page of everything that a payment leaves."""
    member = newcomer()
    for number in range(ROWS):
        paid = member.pay(catalogue[TOKENS], key=f"bought-{number}").value
        assert member.refund(paid.payment_id, key=f"back-{number}", amount=100).status == 201
    eventually(lambda: member.invoices(limit=100).value.items, lambda issued: len(issued) == 2 * ROWS)
    return member


@pytest.fixture(scope="module")
def counted(bench: Bench) -> Iterator[Counted]:
    with counted_statements(bench.database_url) as count:
        yield count


@pytest.mark.parametrize("path", OWN)
@pytest.mark.proves("A2.5")
def test_a_list_of_ones_own_sends_as_much_for_many_rows_as_for_one(buyer: Member, counted: Counted, path: str) -> None:
    assert _statements(counted, buyer, path, ROWS) == _statements(counted, buyer, path, 1)


@pytest.mark.parametrize("path", EVERYBODYS)
@pytest.mark.usefixtures("buyer")
@pytest.mark.proves("A2.5")
def test_a_list_of_everybodys_sends_as_much_for_many_rows_as_for_one(
    auditor: Auditor, counted: Counted, path: str
) -> None:
    assert _statements(counted, auditor, path, ROWS) == _statements(counted, auditor, path, 1)


def test_what_is_sent_is_counted(member: Member, counted: Counted) -> None:
    def twice() -> None:
        member.me()
        member.me()

    assert counted(twice) == 2 * counted(member.me) > 0


def _statements(counted: Counted, reader: Member, path: str, rows: int) -> int:
    def ask() -> None:
        page = Reply(reader.send("GET", requests.page(path, rows, None)), Page[object]).value
        assert len(page.items) == rows, f"{path} shows {len(page.items)} rows"

    sent = counted(ask)
    assert sent > 0, "PostgreSQL has written down nothing of it."
    return sent
