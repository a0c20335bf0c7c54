"""What of a period is given back, and what of a new price is asked for, when a plan changes within it.

To the second; each line is rounded by itself, and only then is one taken from the other: rounding the difference gives
another cent at many an instant (docs.stripe.com/billing/subscriptions/prorations). It is not used to charge, which is
the processor's to reckon, but to check what it reckons and to refund what is left of a period.
"""

from dataclasses import dataclass
from datetime import datetime

from system.kit.money import Money, round_half_away


@dataclass(frozen=True, slots=True)
class Proration:
    """`credit` is the unused time at the old price, `debit` the same time at the new one; `net` may be negative."""

    credit: Money
    debit: Money

    @property
    def net(self) -> Money:
        return self.debit - self.credit


def prorate(old: Money, new: Money, *, start: datetime, end: datetime, at: datetime) -> Proration:
    """Exchange prices at `at` within [start, end). `old` is what the period was really charged, after discounts."""
    return Proration(unused(old, start=start, end=end, at=at), unused(new, start=start, end=end, at=at))


def unused(paid: Money, *, start: datetime, end: datetime, at: datetime) -> Money:
    """Return the share of [at, end) in what was paid for [start, end): all before it starts, nothing once it ended."""
    begins, ends, now = (int(moment.timestamp()) for moment in (start, end, at))
    if ends <= begins:
        raise ValueError(f"A period ends after it starts, not from {start} to {end}.")
    left = min(max(ends - now, 0), ends - begins)
    return Money(round_half_away(paid.amount * left, ends - begins), paid.currency)
