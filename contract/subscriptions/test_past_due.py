"""A renewal that is owed: how long it keeps the tier, and that an end is an end."""

from datetime import UTC, datetime, timedelta

import pytest

from contract.subscriptions.life import Life
from contract.subscriptions.plans import PRO_MONTH

FAILED = "Your payment for"
FAILS_LATER = "pm_card_chargeCustomerFail"
GRACE = timedelta(days=7)
MARGIN = timedelta(hours=2)
"""Within it, a renewal is drafted, finalised and tried."""


@pytest.fixture
def owing(life: Life) -> Life:
    """Somebody whose first renewal was declined."""
    end = life.subscribed(PRO_MONTH).subscription.use_card(FAILS_LATER, key="bad-card").value.period_end
    assert end is not None
    assert life.pass_until(end + MARGIN).status == "past_due"
    return life


@pytest.mark.proves("A4.4")
def test_what_is_owed_keeps_the_tier_for_seven_days_and_not_longer(owing: Life) -> None:
    [_, owed] = owing.record.invoices()
    since = datetime.fromtimestamp(owed["status_transitions"]["finalized_at"], UTC)

    owing.pass_until(since + GRACE - timedelta(seconds=30))
    within = owing.tier()
    owing.pass_until(since + GRACE + timedelta(seconds=1))

    assert (within, owing.tier()) == ("pro", "free")


@pytest.mark.proves("A4.4")
def test_whoever_cancels_what_is_owed_is_neither_tried_nor_reminded_again(owing: Life) -> None:
    tried, told = len(owing.record.attempts()), len(owing.mails(FAILED))
    assert (tried, told) == (2, 1), owing.mails()

    owing.subscription.cancel(key="enough")
    owing.pass_time(timedelta(days=30))

    assert (len(owing.record.attempts()), len(owing.mails(FAILED))) == (tried, told)
    assert owing.now().status == "canceled"
