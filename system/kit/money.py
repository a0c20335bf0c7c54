from collections.abc import Sequence
from dataclasses import dataclass

AMOUNT_MAX = 2**53 - 1
"""The largest integer that every JSON reader keeps exact (RFC 8259, section 6)."""

_ZERO_DECIMAL = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
_THREE_DECIMAL = "bhd jod kwd omr tnd"
_TWO_DECIMAL = (
    "aed ars aud bgn brl cad chf cny cop czk dkk egp eur gbp gel hkd huf idr ils inr isk kes mad mxn myr nok nzd pen "
    "php pln qar ron rsd sar sek sgd thb try twd uah ugx usd uyu zar"
)
EXPONENTS: dict[str, int] = {
    **dict.fromkeys(_ZERO_DECIMAL.split(), 0),
    **dict.fromkeys(_TWO_DECIMAL.split(), 2),
    **dict.fromkeys(_THREE_DECIMAL.split(), 3),
}
"""Minor digits per currency as Stripe counts them (docs.stripe.com/currencies): ISK and UGX are sent with two."""


class MoneyError(ValueError):
    """Amounts or currencies that cannot be what the caller means: a programming error, never an answer to a client."""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units of one currency. There is no division: `allocate` loses nothing."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int or abs(self.amount) > AMOUNT_MAX:
            raise MoneyError(f"An amount is an integer of minor units up to {AMOUNT_MAX}, not {self.amount!r}.")
        if self.currency not in EXPONENTS:
            raise MoneyError(f"{self.currency!r} is no currency of the table; amounts are never guessed.")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, times: int) -> "Money":
        if type(times) is not int:
            raise MoneyError(f"Money is multiplied by whole numbers, not by {times!r}; shares are allocated.")
        return Money(self.amount * times, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def __str__(self) -> str:
        exponent = EXPONENTS[self.currency]
        sign, digits = "-" * (self.amount < 0), str(abs(self.amount)).rjust(exponent + 1, "0")
        number = f"{digits[:-exponent]}.{digits[-exponent:]}" if exponent else digits
        return f"{sign}{number} {self.currency.upper()}"

    def allocate(self, weights: Sequence[int]) -> list["Money"]:
        """Split by weights with the largest remainder; ties go to the earlier part. The parts sum to the whole."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0 or self.amount < 0:
            raise MoneyError(f"Cannot allocate {self} over {list(weights)!r}.")
        shares, remainders = zip(*(divmod(self.amount * weight, total) for weight in weights), strict=True)
        by_remainder = sorted(range(len(weights)), key=lambda index: -remainders[index])
        extra = set(by_remainder[: self.amount - sum(shares)])
        return [Money(share + (index in extra), self.currency) for index, share in enumerate(shares)]

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise MoneyError(f"{self} and {other} are of two currencies; nothing is converted silently.")
        return other.amount


def round_half_away(numerator: int, denominator: int) -> int:
    """Round an exact fraction half away from zero: the one rounding of the whole system."""
    if denominator <= 0:
        raise MoneyError(f"A fraction's denominator is positive, not {denominator}.")
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole
