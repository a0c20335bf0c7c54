"""Everybody has the plan that he pays for: the rules of `fixtures.books.subscriptions`, and two of a run's end."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final

from fixtures.books import Difference
from fixtures.books.subscriptions import RULES, Subscriptions
from load.checkers.checker import Checker

_PAID_FOR: Final = frozenset({"active", "past_due"})
_GRACE: Final = timedelta(days=7)
"""How long a renewal that is owed keeps a plan open."""


def each_live_plan_is_paid_for(read: Subscriptions) -> Iterator[Difference]:
    """A plan that is open has a paid period that is not over, or is owed for no longer than the grace."""
    for each in read.ours:
        if each.status not in _PAID_FOR:
            continue
        paid_until = max((period.ends_at for period in each.periods), default=None)
        if paid_until is None or paid_until + _GRACE < read.at:
            yield Difference("open-unpaid", each.subscription_id, f"{each.status}, paid until {paid_until}")


def paid_periods_leave_no_gap(read: Subscriptions) -> Iterator[Difference]:
    """One begins where another ends, and none of a live plan has ended without an act of renewal."""
    for each in read.ours:
        for earlier, later in pairwise(each.periods):
            if later.starts_at > earlier.ends_at:
                detail = f"nothing from {earlier.ends_at} to {later.starts_at}"
                yield Difference("gap-between-periods", each.subscription_id, detail)
        if each.status == "active" and each.period_end is not None and each.period_end + _GRACE < read.at:
            yield Difference("period-ended-unnoticed", each.subscription_id, f"ended at {each.period_end}")


def _checker(rule: Callable[[Subscriptions], Iterable[object]]) -> Checker[Any]:
    return Checker(rule, lambda seen: seen.subscriptions, lambda read: len(read.ours), "subscriptions")


CHECKERS: Final = tuple(map(_checker, (*RULES, each_live_plan_is_paid_for, paid_periods_leave_no_gap)))
