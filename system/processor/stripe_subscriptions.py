"""Stripe's subscriptions, schedules and cards, read into what a subscription is to us. Pure."""

from typing import cast, get_args

from system.processor.billing import BilledInvoice, BilledStatus, BilledSubscription, Card, ScheduledPrice
from system.processor.port import Unknown
from system.processor.stripe_invoices import instant, instant_or_none
from system.processor.stripe_objects import Object, id_of

SUBSCRIPTION = ["default_payment_method", "latest_invoice.payments", "schedule.phases.items.price"]

ENDED = ("canceled", "incomplete_expired")
"""From these there is no way back."""

_STATUSES = frozenset(get_args(BilledStatus))


def item_of(subscription: Object) -> Object:
    """Return the one item that a subscription of ours has."""
    found: Object = subscription["items"]["data"][0]
    return found


def price_name(price: Object) -> str:
    """Return our id of a price; of a price that is not ours, Stripe's own."""
    return str(price.get("lookup_key") or price["id"])


def subscription_answer(subscription: Object, latest: BilledInvoice | None) -> BilledSubscription | Unknown:
    """Read a Subscription that was asked for with `SUBSCRIPTION` expanded; `latest` is its invoice, read already."""
    status = subscription["status"]
    if status not in _STATUSES:
        return Unknown(f"the subscription is {status}")
    item, pending = item_of(subscription), subscription.get("pending_update") or {}
    waiting = pending.get("subscription_items") or []
    price_id = price_name(item["price"])
    return BilledSubscription(
        processor_subscription_id=subscription["id"],
        subscription_id=(subscription.get("metadata") or {}).get("subscription_id"),
        customer_id=str(id_of(subscription["customer"])),
        status=cast("BilledStatus", status),
        price_id=price_id,
        period_start=instant(item["current_period_start"]),
        period_end=instant(item["current_period_end"]),
        anchor=instant(subscription["billing_cycle_anchor"]),
        created_at=instant(subscription["created"]),
        trial_end=instant_or_none(subscription.get("trial_end")),
        cancel_at_period_end=subscription["cancel_at_period_end"],
        canceled_at=instant_or_none(subscription.get("canceled_at")),
        ended_at=instant_or_none(subscription.get("ended_at")),
        pending_price_id=price_name(waiting[0]["price"]) if waiting else None,
        scheduled=_scheduled(subscription.get("schedule"), price_id),
        latest_invoice=latest,
        card=card_of(subscription.get("default_payment_method")),
    )


def card_of(method: object) -> Card | None:
    """Read an expanded PaymentMethod; None when there is none, or it is no card."""
    if not isinstance(method, dict) or method["type"] != "card":
        return None
    card = method["card"]
    return Card(
        payment_method_id=method["id"],
        brand=card["brand"],
        last4=card["last4"],
        expires=f"{card['exp_year']:04}-{card['exp_month']:02}",
        fingerprint=card.get("fingerprint"),
    )


def _scheduled(schedule: object, price_id: str) -> ScheduledPrice | None:
    """What comes after the present phase; a schedule in its last phase waits for nothing but its own end."""
    if not isinstance(schedule, dict) or not schedule.get("current_phase"):
        return None
    ends = schedule["current_phase"]["end_date"]
    following = [phase for phase in schedule["phases"] if phase["start_date"] >= ends]
    if not following:
        return None
    named = price_name(following[0]["items"][0]["price"])
    return None if named == price_id else ScheduledPrice(schedule["id"], named, instant(following[0]["start_date"]))
