"""Money conservation as figures: what each source says was captured and refunded, and whether they agree.

A check hands over `data = {"kind": "books", "rows": [{currency, source, captured, refunded, fees, count}, ...]}` with
amounts in minor units of the currency; `fees` is null where the source does not know them.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from readiness.evidence import Line, Outcome

# Digits after the point, by ISO 4217 as Stripe charges them; every other currency has two.
NO_DECIMALS = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMALS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])

Agreement = Literal["equal", "off", "unknown"]


class BookRow(BaseModel):
    """One source's totals in one currency, in minor units."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    currency: Annotated[str, Field(pattern=r"^[a-z]{3}$")]
    source: Annotated[str, Field(min_length=1)]
    captured: int | None = None
    refunded: int | None = None
    fees: int | None = None
    count: int | None = None


class CurrencyBooks(BaseModel):
    """The sources of one currency side by side. `off_by` is the largest difference between two of them."""

    model_config = ConfigDict(frozen=True)

    currency: str
    agreement: Agreement
    off_by: int
    rows: tuple[BookRow, ...]


class Books(BaseModel):
    """One check of the money, as the report tabulates it."""

    model_config = ConfigDict(frozen=True)

    check: str
    suite: str
    outcome: Outcome
    currencies: tuple[CurrencyBooks, ...]


def tabulate(lines: Iterable[Line]) -> list[Books]:
    """Figures that cannot be read are no figures: the check keeps its outcome elsewhere and gets no table here."""
    tables = []
    for line in lines:
        if line.data is None or line.data.get("kind") != "books":
            continue
        try:
            rows = [BookRow.model_validate(row) for row in line.data.get("rows", [])]
        except (ValidationError, TypeError):
            continue
        if rows:
            tables.append(
                Books(check=line.check, suite=line.suite, outcome=line.outcome, currencies=_by_currency(rows))
            )
    return tables


def _by_currency(rows: list[BookRow]) -> tuple[CurrencyBooks, ...]:
    ordered = sorted(rows, key=lambda row: row.currency)
    groups = {currency: tuple(group) for currency, group in groupby(ordered, key=lambda row: row.currency)}
    return tuple(compare(currency, group) for currency, group in groups.items())


def compare(currency: str, rows: Sequence[BookRow]) -> CurrencyBooks:
    """One source alone agrees with nobody: that is unknown, not equal."""
    spreads = [
        max(known) - min(known)
        for column in ("captured", "refunded", "fees", "count")
        if len(known := [value for row in rows if (value := getattr(row, column)) is not None]) > 1
    ]
    off_by = max(spreads, default=0)
    agreement: Agreement = "off" if off_by else "equal" if spreads else "unknown"
    return CurrencyBooks(currency=currency, agreement=agreement, off_by=off_by, rows=tuple(rows))


def in_words(amount: int | None, currency: str) -> str:
    """1234, "usd" -> "12.34"; an unknown amount says so."""
    if amount is None:
        return "not known"
    digits = 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
    whole, part = divmod(abs(amount), 10**digits)
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole:,}" + (f".{part:0{digits}d}" if digits else "")
