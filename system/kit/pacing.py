from collections.abc import Sequence
from datetime import datetime, timedelta

Limits = Sequence[tuple[int, timedelta]]
"""So many within each span; all of them count."""


def next_allowed_at(limits: Limits, times: Sequence[datetime], now: datetime) -> datetime | None:
    """When the next one is allowed, by when earlier ones were, the newest first; None if it is now."""
    waits = [times[most - 1] + span for most, span in limits if len(times) >= most and times[most - 1] + span > now]
    return max(waits, default=None)


def longest(limits: Limits) -> timedelta:
    """How far back one has to look."""
    return max(span for _, span in limits)
