"""A renewal that nobody pays keeps the paid tier open for as long as it is tried."""

from datetime import timedelta
from typing import Any

from system.subscriptions import states

ROW = 50
SOURCE = "pay-rails/pay#529"
CHECK = "contract/subscriptions/test_past_due.py::test_what_is_owed_keeps_the_tier_for_seven_days_and_not_longer"


def apply() -> None:
    access = states.access

    def access_while_tried(subscription: Any) -> Any:
        opened = access(subscription)
        if opened is None or subscription.status != "past_due":
            return opened
        return states.Access(opened.starts_at, opened.ends_at + timedelta(days=365))

    states.access = access_while_tried
