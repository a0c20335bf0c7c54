"""The money table: equal only when at least two sources say the same in every column that they know."""

import pytest

from readiness import books
from readiness.books import BookRow, Books
from readiness.tests.made_up import BOOKS, line


def row(source: str, captured: int | None = 100, refunded: int | None = 0, fees: int | None = None) -> BookRow:
    return BookRow(currency="usd", source=source, captured=captured, refunded=refunded, fees=fees)


def tables(data: dict[str, object]) -> list[Books]:
    return books.tabulate([line("check").model_copy(update={"data": data})])


def test_figures_of_a_check_become_a_table_by_currency() -> None:
    (table,) = tables(BOOKS)
    assert [(part.currency, part.agreement) for part in table.currencies] == [("jpy", "equal"), ("usd", "equal")]


def test_one_cent_apart_is_off_by_one_cent() -> None:
    compared = books.compare("usd", [row("ledger"), row("processor", captured=101), row("clients")])
    assert (compared.agreement, compared.off_by) == ("off", 1)


def test_what_a_source_does_not_know_is_not_compared() -> None:
    assert books.compare("usd", [row("ledger", fees=7), row("clients")]).agreement == "equal"
    assert books.compare("usd", [row("ledger", fees=7), row("processor", fees=8)]).agreement == "off"


def test_one_source_alone_agrees_with_nobody() -> None:
    assert books.compare("usd", [row("ledger")]).agreement == "unknown"


@pytest.mark.parametrize("data", [{"kind": "other"}, {"kind": "books"}, {"kind": "books", "rows": [{"currency": 7}]}])
def test_figures_that_cannot_be_read_make_no_table(data: dict[str, object]) -> None:
    assert tables(data) == []


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (123456, "usd", "1,234.56"),
        (5, "usd", "0.05"),
        (500, "jpy", "500"),
        (5250, "kwd", "5.250"),
        (-5, "usd", "-0.05"),
    ],
)
def test_amounts_carry_their_currencys_digits(amount: int, currency: str, words: str) -> None:
    assert books.in_words(amount, currency) == words
