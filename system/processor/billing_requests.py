"""What Stripe is asked about bills, parameter by parameter. Pure: the same verb is asked in the same words every time.

Nothing here depends on what may change between two attempts, for Stripe refuses a key that comes with other parameters.
"""

from datetime import datetime
from typing import Any

from system.processor.billing import PlanPrice, PriceChange, SubscriptionOrder

Params = dict[str, Any]

PAGE_OF_SUBSCRIPTION = "subscription"
PAGE_OF_CARD = "card"
"""The `kind` of a page: both name the subscription that they are for."""

_FIRST_ATTEMPT = {"payment_behavior": "pending_if_incomplete"}
"""Money first: what is asked for holds once its invoice is paid."""


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def product_params(price: PlanPrice) -> Params:
    return {"id": price.item_id, "name": price.name}


def price_params(price: PlanPrice) -> Params:
    return {
        "lookup_key": price.price_id,
        "product": price.item_id,
        "currency": price.money.currency,
        "unit_amount": price.money.amount,
        "recurring": {"interval": price.interval},
        "metadata": {"price_id": price.price_id},
    }


def subscription_params(order: SubscriptionOrder, *, price: str, payment_method: str) -> Params:
    """Return a subscription that is charged at once; the buyer is there to answer the bank."""
    return {
        "customer": order.customer_id,
        "items": [{"price": price}],
        "default_payment_method": payment_method,
        "payment_behavior": "allow_incomplete",
        "off_session": False,
        "metadata": _metadata(order),
        **_trial(order),
    }


def subscription_page_params(order: SubscriptionOrder, *, price: str) -> Params:
    return {
        "mode": "subscription",
        "customer": order.customer_id,
        "client_reference_id": order.subscription_id,
        "line_items": [{"price": price, "quantity": 1}],
        "allowed_payment_method_types": ["card"],
        # Also for a trial, at whose end something has to stand ready.
        "payment_method_collection": "always",
        "subscription_data": {"metadata": _metadata(order), **_trial(order)},
        "metadata": {**_metadata(order), "kind": PAGE_OF_SUBSCRIPTION},
        "success_url": order.return_url,
        "cancel_url": order.cancel_url,
        "expires_at": seconds(order.expires_at),
    }


def card_page_params(*, customer_id: str, subscription_id: str, return_url: str, cancel_url: str) -> Params:
    """Return a page that comes back with its own id, for it is asked then which card was typed."""
    return {
        "mode": "setup",
        "customer": customer_id,
        "client_reference_id": subscription_id,
        "allowed_payment_method_types": ["card"],
        "metadata": {"subscription_id": subscription_id, "kind": PAGE_OF_CARD},
        "success_url": f"{return_url}?session_id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": cancel_url,
    }


def change_params(change: PriceChange, *, item: str, price: str) -> Params:
    return {**_FIRST_ATTEMPT, **_changed(change, item, price)}


def preview_params(change: PriceChange, *, item: str, price: str) -> Params:
    """Return the same change as a question; what it answers is charged, to the cent, at the same `prorated_at`."""
    return {
        "subscription": change.processor_subscription_id,
        "subscription_details": _changed(change, item, price),
    }


def _changed(change: PriceChange, item: str, price: str) -> Params:
    params: Params = {"items": [{"id": item, "price": price}], "proration_behavior": "always_invoice"}
    if change.ends_trial:
        # A trial has cost nothing, so that there is nothing to prorate.
        return {**params, "trial_end": "now"}
    anchor = {"billing_cycle_anchor": {"type": "now"}} if change.new_period else {}
    return {**params, **anchor, "proration_date": seconds(change.prorated_at)}


def phases_params(subscription: Params, *, begun_at: int, change: PriceChange, price: str) -> Params:
    """Return the present phase, until the period ends, and the new price for one period after it.

    `begun_at` is when the schedule's present phase began. Its own end is no period's, once a phase began on the last of
    a shorter month.
    """
    item = subscription["items"]["data"][0]
    trial = {"trial_end": subscription["trial_end"]} if subscription["status"] == "trialing" else {}
    return {
        "end_behavior": "release",
        "proration_behavior": "none",
        "phases": [
            {
                "items": [{"price": item["price"]["id"]}],
                "start_date": begun_at,
                "end_date": item["current_period_end"],
                "proration_behavior": "none",
                **trial,
            },
            {
                "items": [{"price": price}],
                "duration": {"interval": change.price.interval, "interval_count": 1},
                "proration_behavior": "none",
            },
        ],
    }


def end_trial_params() -> Params:
    return {**_FIRST_ATTEMPT, "trial_end": "now"}


def pause_params() -> Params:
    return {
        "type": "subscription",
        "bill_for": {"unused_time_from": {"type": "now"}},
        "invoicing_behavior": "pending_invoice_item",
    }


def resume_params() -> Params:
    return {"billing_cycle_anchor": {"type": "now"}, "payment_behavior": "resume_on_payment_success"}


def credit_params(line: Params, *, customer_id: str, processor_subscription_id: str) -> Params:
    """Return a credit that a void invoice took with it, to wait for the next one."""
    return {
        "customer": customer_id,
        "subscription": processor_subscription_id,
        "amount": line["amount"],
        "currency": line["currency"],
        "description": line["description"],
        "period": {"start": line["period"]["start"], "end": line["period"]["end"]},
    }


def _metadata(order: SubscriptionOrder) -> dict[str, str]:
    return {"subscription_id": order.subscription_id, "account_id": order.account_id}


def _trial(order: SubscriptionOrder) -> Params:
    if not order.trial_days:
        return {}
    return {
        "trial_period_days": order.trial_days,
        "trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}},
    }
