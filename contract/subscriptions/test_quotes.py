"""A quote is what is charged, and an upgrade holds only when that was paid."""

from datetime import timedelta

import pytest

from contract.subscriptions.life import Life
from contract.subscriptions.plans import ENTERPRISE_MONTH, PRO_MONTH, TOKENS_A_MONTH

WITHIN_THE_QUOTE = timedelta(minutes=9)
"""Long enough to change a proration by a cent, and shorter than a quote holds."""


@pytest.fixture
def subscribed(life: Life) -> Life:
    return life.subscribed(PRO_MONTH)


@pytest.mark.proves("A4.2")
def test_what_was_quoted_is_charged_though_time_has_passed(subscribed: Life) -> None:
    subscribed.pass_time(timedelta(days=10))
    quote = subscribed.subscription.preview(ENTERPRISE_MONTH.price_id).value

    subscribed.bench.clock.advance(WITHIN_THE_QUOTE)
    upgraded = subscribed.subscription.update(quote.quote_id, key="up")

    assert (upgraded.status, upgraded.value.plan) == (200, ENTERPRISE_MONTH), upgraded.text
    assert subscribed.record.charged() == [PRO_MONTH.amount, quote.total]


@pytest.mark.proves("A4.5")
def test_an_upgrade_that_is_not_paid_changes_nothing(subscribed: Life) -> None:
    assert subscribed.subscription.use_card("pm_card_chargeCustomerFail", key="bad-card").ok
    quote = subscribed.subscription.preview(ENTERPRISE_MONTH.price_id).value

    refused = subscribed.subscription.update(quote.quote_id, key="up")

    assert (refused.status, subscribed.now().plan) == (402, PRO_MONTH), refused.text
    assert (subscribed.tier(), subscribed.tokens()) == ("pro", [TOKENS_A_MONTH["pro"]])
    assert subscribed.record.charged() == [PRO_MONTH.amount]
