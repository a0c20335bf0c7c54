from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from system.kit.money import Money
from system.processor.billing import PlanPrice, PriceChange, SubscriptionOrder
from system.processor.billing_requests import (
    card_page_params,
    change_params,
    phases_params,
    preview_params,
    price_params,
    subscription_page_params,
    subscription_params,
)
from system.tests.billing_examples import BEGUN, ENDS, item, subscription

AT = datetime(2026, 4, 15, 10, tzinfo=UTC)
PRO = PlanPrice("prc_pro", "itm_pro", "Pro", Money(999, "usd"), "month")


def _order(trial_days: int = 0) -> SubscriptionOrder:
    return SubscriptionOrder("sbn_1", "usr_1", "cus_1", PRO, "pm_1", trial_days, "https://r", "https://c", AT)


def _change(**changes: Any) -> PriceChange:  # noqa: ANN401 - any field
    base = {"change_id": "chg_1", "processor_subscription_id": "sub_1", "price": PRO, "prorated_at": AT}
    return PriceChange(**{**base, "new_period": False, **changes})


def test_a_preview_asks_for_the_very_change_that_is_made() -> None:
    change = _change(prorated_at=AT + timedelta(microseconds=999_999))

    made = change_params(change, item="si_1", price="price_1")
    asked = preview_params(change, item="si_1", price="price_1")["subscription_details"]

    assert made == {**asked, "payment_behavior": "pending_if_incomplete"}
    assert asked["proration_date"] == int(AT.timestamp())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_change(), {"proration_date": int(AT.timestamp())}),
        (_change(new_period=True), {"proration_date": int(AT.timestamp()), "billing_cycle_anchor": {"type": "now"}}),
        # A trial has cost nothing: no instant to prorate at, and its end begins the period.
        (_change(new_period=True, ends_trial=True), {"trial_end": "now"}),
    ],
    ids=["within the period", "a new period", "out of a trial"],
)
def test_what_becomes_of_the_period_is_said(change: PriceChange, told: dict[str, Any]) -> None:
    params = change_params(change, item="si_1", price="price_1")

    about_time = ("proration_date", "billing_cycle_anchor", "trial_end")
    assert {name: params[name] for name in about_time if name in params} == told
    assert params["proration_behavior"] == "always_invoice"


def test_a_trial_ends_when_no_card_is_left() -> None:
    params = subscription_params(_order(trial_days=14), price="price_1", payment_method="pm_1")

    assert params["trial_period_days"] == 14
    assert params["trial_settings"] == {"end_behavior": {"missing_payment_method": "cancel"}}


def test_no_trial_is_not_a_trial_of_no_days() -> None:
    params = subscription_params(_order(), price="price_1", payment_method="pm_1")

    assert "trial_period_days" not in params
    assert params["metadata"] == {"subscription_id": "sbn_1", "account_id": "usr_1"}
    assert params["off_session"] is False


def test_pages_of_one_subscription_are_told_apart() -> None:
    begins = subscription_page_params(_order(trial_days=14), price="price_1")
    takes_card = card_page_params(
        customer_id="cus_1", subscription_id="sbn_1", return_url="https://r", cancel_url="https://c"
    )

    assert (begins["metadata"]["kind"], takes_card["metadata"]["kind"]) == ("subscription", "card")
    # Whoever comes back with a card names the page that it was typed on.
    assert takes_card["success_url"] == "https://r?session_id={CHECKOUT_SESSION_ID}"
    assert begins["subscription_data"]["metadata"] == {"subscription_id": "sbn_1", "account_id": "usr_1"}
    assert begins["subscription_data"]["trial_period_days"] == 14
    assert begins["payment_method_collection"] == "always"


def test_a_scheduled_price_begins_with_the_period_and_not_with_the_phase() -> None:
    # The phase began on 30 April and would last until 30 May; the subscription's own period ends on 31 May.
    period_end = ENDS + 31 * 86_400
    of_may = item(current_period_start=ENDS, current_period_end=period_end)

    params = phases_params(subscription(items={"data": [of_may]}), begun_at=ENDS, change=_change(), price="price_2")

    present, following = params["phases"]
    assert (present["start_date"], present["end_date"], present["items"]) == (ENDS, period_end, [{"price": "price_1"}])
    assert following == {
        "items": [{"price": "price_2"}],
        "duration": {"interval": "month", "interval_count": 1},
        "proration_behavior": "none",
    }
    assert params["end_behavior"] == "release"
    assert "trial_end" not in present


def test_a_schedule_does_not_end_the_trial_that_it_begins_in() -> None:
    trialing = subscription(status="trialing", trial_end=ENDS)

    present, _ = phases_params(trialing, begun_at=BEGUN, change=_change(), price="price_2")["phases"]

    assert present["trial_end"] == ENDS


def test_a_price_is_known_by_our_id() -> None:
    assert price_params(PRO) == {
        "lookup_key": "prc_pro",
        "product": "itm_pro",
        "currency": "usd",
        "unit_amount": 999,
        "recurring": {"interval": "month"},
        "metadata": {"price_id": "prc_pro"},
    }
