"""Periods are reckoned in local time: when clocks change, a month begins an hour away from its renewal."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from system.subscriptions import periods

ROW = 42
SOURCE = "killbill/killbill#743, #1934"
CHECK = "contract/subscriptions/test_token_months.py::test_a_month_begins_at_the_same_time_of_day_though_clocks_change"
ZONE = ZoneInfo("America/New_York")


def apply() -> None:
    renewal = periods.renewal

    def local(anchor: datetime, interval: Any, k: int) -> datetime:
        wall = anchor.astimezone(ZONE).replace(tzinfo=UTC)
        return renewal(wall, interval, k).replace(tzinfo=ZONE).astimezone(UTC)

    periods.renewal = local
