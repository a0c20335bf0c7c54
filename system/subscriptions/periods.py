"""Periods: half-open, contiguous, in UTC, and counted from the original anchor.

Renewal k is the anchor plus k intervals, clamped to the length of its month: Jan 31, Feb 28 or 29, Mar 31, Apr 30. It
is never counted from the renewal before it, which would turn every 31st into a 28th after one February
(docs.stripe.com/billing/subscriptions/billing-cycle).
"""

from calendar import monthrange
from datetime import UTC, datetime

from system.processor.billing import Interval

_MONTHS: dict[Interval, int] = {"month": 1, "year": 12}
_YEAR = 12


def renewal(anchor: datetime, interval: Interval, k: int) -> datetime:
    """Return when renewal `k` is due, in UTC; 0 is the anchor itself, and below zero lies what was before it."""
    first = anchor.astimezone(UTC)
    year, month = divmod(_months(first) + k * _MONTHS[interval], _YEAR)
    day = min(first.day, monthrange(year, month + 1)[1])
    return first.replace(year=year, month=month + 1, day=day)


def period_at(anchor: datetime, interval: Interval, at: datetime) -> tuple[datetime, datetime]:
    """Return the period [start, end) that `at` lies in."""
    first, now = anchor.astimezone(UTC), at.astimezone(UTC)
    # Counted by the month alone, this is the period or, earlier in its month than the anchor, the one after it.
    k = (_months(now) - _months(first)) // _MONTHS[interval]
    if renewal(first, interval, k) > now:
        k -= 1
    return renewal(first, interval, k), renewal(first, interval, k + 1)


def _months(moment: datetime) -> int:
    return moment.year * _YEAR + moment.month - 1
