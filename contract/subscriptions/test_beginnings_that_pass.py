"""A beginning that nobody finishes passes by itself, charges nothing, and frees the account's one place."""

from datetime import timedelta

import pytest

from contract.subscriptions.life import Life
from contract.subscriptions.plans import PRO_MONTH
from fixtures.hosted import pay_on_page

PAGE_OPEN_FOR = timedelta(hours=1)
FIRST_PAYMENT_WITHIN = timedelta(hours=23)
"""Stripe's rule of a first invoice: docs.stripe.com/billing/subscriptions/overview#payment-window."""

MARGIN = timedelta(minutes=1)
UNFINISHED = {
    "page": (None, PAGE_OPEN_FOR),
    "bank": ("pm_card_authenticationRequired", FIRST_PAYMENT_WITHIN),
}


@pytest.mark.parametrize("case", UNFINISHED)
@pytest.mark.proves("A4.1")
def test_a_beginning_keeps_its_place_until_it_passes_and_frees_it_then(life: Life, case: str) -> None:
    card, open_for = UNFINISHED[case]
    begun = life.subscription.subscribe(PRO_MONTH, key="unfinished", payment_method=card).value
    assert (begun.status, life.tier()) == ("incomplete", "free")

    before = life.pass_until(begun.created_at + open_for - MARGIN)
    after = life.pass_time(2 * MARGIN)

    assert (before.status, after.status) == ("incomplete", "incomplete_expired")
    assert (life.record.live(), life.record.charged(), life.tier()) == ([], [], "free")
    assert life.subscribed(PRO_MONTH).now().status == "active"
    assert life.record.charged() == [999]


@pytest.mark.proves("A4.1")
def test_a_page_that_has_passed_takes_no_money_any_more(life: Life) -> None:
    begun = life.subscription.subscribe(PRO_MONTH, key="late", payment_method=None).value
    assert begun.next_action is not None
    life.pass_time(PAGE_OPEN_FOR + MARGIN)

    pay_on_page(begun.next_action.url)

    assert life.subscription.refresh().value.status == "incomplete_expired"
    assert (life.record.live(), life.record.charged(), life.periods()) == ([], [], [])
