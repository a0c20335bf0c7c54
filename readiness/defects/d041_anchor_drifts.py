"""Each month is counted from the one before: after one February, every 31st has become a 28th."""

from datetime import datetime
from typing import Any

from system.subscriptions import periods

ROW = 41
SOURCE = "polarsource/polar#10664; AnthropicBots/compressor#1646"
CHECK = "contract/subscriptions/test_token_months.py::test_a_month_that_is_too_short_does_not_shorten_the_next"


def apply() -> None:
    renewal = periods.renewal

    def chained(anchor: datetime, interval: Any, k: int) -> datetime:
        step = 1 if k > 0 else -1
        for _ in range(abs(k)):
            anchor = renewal(anchor, interval, step)
        return anchor

    periods.renewal = chained
