from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Self

from system.kit.money import Money

Kind = Literal["invoice", "credit_note", "debit_note"]

PREFIXES: Final[Mapping[Kind, str]] = {"invoice": "INV", "credit_note": "CN", "debit_note": "DN"}
"""Each kind is numbered by itself, anew every year (UTC)."""


@dataclass(frozen=True, slots=True)
class Line:
    """What was sold, or given back; the period is half-open, of what is sold by time. Negative for a credit."""

    description: str
    amount: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Self:
        """Read a line as it is stored."""
        start, end = (fields.get(name) for name in ("starts_at", "ends_at"))
        return cls(str(fields["description"]), int(fields["amount"]), _instant(start), _instant(end))

    def fields(self) -> dict[str, Any]:
        """Return the line as it is stored."""
        return {
            "description": self.description,
            "amount": self.amount,
            "starts_at": self.starts_at.isoformat() if self.starts_at else None,
            "ends_at": self.ends_at.isoformat() if self.ends_at else None,
        }


@dataclass(frozen=True, slots=True)
class Due:
    """A document that a fact owes; it has no number yet. `occurred_at` is when the money moved."""

    kind: Kind
    account_id: str
    payment_id: str
    refund_id: str | None
    money: Money
    lines: tuple[Line, ...]
    paid_with: str | None
    occurred_at: datetime

    def __post_init__(self) -> None:
        total = sum(line.amount for line in self.lines)
        assert total == self.money.amount, f"The lines of a document over {self.money} sum to {total}."


@dataclass(frozen=True, slots=True)
class Document:
    """An issued document, never changed. The amount is positive; a credit note's is what goes back to the buyer."""

    document_id: str
    kind: Kind
    series: str
    number: int
    account_id: str
    payment_id: str
    refund_id: str | None
    amount: int
    currency: str
    lines: list[dict[str, Any]]
    paid_with: str | None
    # Both parties as they were; the seller's fields are those of `Seller`.
    buyer_name: str
    buyer_email: str
    seller: dict[str, Any]
    # The number of the document that this one corrects.
    corrects: str | None
    occurred_at: datetime
    issued_at: datetime

    @property
    def name(self) -> str:
        return f"{self.series}-{self.number:06}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
