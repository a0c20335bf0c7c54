from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from system.payments.schemas import NextAction
from system.subscriptions.schemas import PlanView, ScheduledView, SubscriptionView
from system.web.standings import standing_of

NOW = datetime(2026, 4, 15, 10, tzinfo=UTC)
PRO = PlanView(price_id="prc_pro", tier="pro", name="Pro", interval="month", amount=999, currency="usd")
PAGE = NextAction(url="https://page")


def _view(**changes: Any) -> SubscriptionView:  # noqa: ANN401 - any field
    base: dict[str, Any] = dict.fromkeys(SubscriptionView.model_fields)
    known = {
        "subscription_id": "sbn_1",
        "status": "active",
        "plan": PRO,
        "period_start": NOW,
        "period_end": NOW + timedelta(days=30),
        "cancel_at_period_end": False,
        "created_at": NOW,
    }
    return SubscriptionView(**{**base, **known, **changes})


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"status": "opening", "period_start": None}, "asked"),
        ({"status": "incomplete", "period_start": None, "next_action": PAGE}, "page"),
        ({"status": "incomplete", "next_action": PAGE}, "bank"),
        ({"status": "trialing"}, "trial"),
        ({}, "active"),
        ({"cancel_at_period_end": True}, "ending"),
        ({"status": "trialing", "cancel_at_period_end": True}, "ending"),
        ({"status": "past_due", "access_until": NOW + timedelta(seconds=1)}, "owed"),
        # The grace is half-open, like every time that opens something.
        ({"status": "past_due", "access_until": NOW}, "closed"),
        ({"status": "unpaid"}, "closed"),
        ({"status": "paused"}, "paused"),
        ({"status": "canceled", "ended_at": NOW}, "over"),
        ({"status": "incomplete_expired", "ended_at": NOW}, "over"),
    ],
)
def test_each_state_has_one_name(changes: dict[str, Any], kind: str) -> None:
    assert standing_of(_view(**changes), NOW).kind == kind


def test_what_is_to_come_is_taken_back_before_a_pause() -> None:
    scheduled = ScheduledView(plan=PRO, starts_at=NOW + timedelta(days=30))

    may = standing_of(_view(scheduled=scheduled), NOW).may

    assert "keep_plan" in may
    assert "pause" not in may


def test_while_a_change_waits_for_its_payment_no_other_is_offered() -> None:
    may = standing_of(_view(next_action=PAGE), NOW).may

    assert may == {"cancel", "card"}
