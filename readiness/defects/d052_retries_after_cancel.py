"""Who cancels what is owed is charged and reminded all the same, until the last retry."""

from dataclasses import replace
from typing import Any

from system.subscriptions import changing, settling

ROW = 52
SOURCE = "Bike4Mind#2779; superset#7217"
CHECK = "contract/subscriptions/test_past_due.py::test_whoever_cancels_what_is_owed_is_neither_tried_nor_reminded_again"


def apply() -> None:
    """Let every end wait for its period, and tell of every attempt."""
    judged, tell = changing._judged, settling._failed_anew

    async def judged_as_asked(conn: Any, subscription: Any, wish: Any, change_id: str, now: Any) -> Any:
        change = await judged(conn, subscription, wish, change_id, now)
        return replace(change, kind="cancel") if wish.kind == "cancel" else change

    def failed_anew(subscription: Any, *attempt: Any) -> bool:
        return tell(replace(subscription, status="past_due", cancel_at_period_end=False), *attempt)

    changing._judged = judged_as_asked
    settling._failed_anew = failed_anew
