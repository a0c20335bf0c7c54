"""Prices and subscriptions in the terms of Stripe's client, for tests whose subject is what comes after."""

from collections.abc import Iterator
from typing import Any

import stripe

from contract.emulator.clocks import advance, at, clock_at, customer_on

START = "2026-03-31T10:00:00"
"""The day on which most of these lives begin: thirty days before 30 April."""


def price(client: stripe.StripeClient, amount: int = 1000, interval: str = "month", count: int = 1, **more: Any) -> str:  # noqa: ANN401 - parameters of a call
    """The id of a recurring price of a new product named Gold."""
    given: Any = {
        "currency": "usd",
        "unit_amount": amount,
        "recurring": {"interval": interval, "interval_count": count},
        "product_data": {"name": "Gold"},
        **more,
    }
    return client.v1.prices.create(given).id


def subscribe(client: stripe.StripeClient, customer: str, *prices: str, **params: Any) -> stripe.Subscription:  # noqa: ANN401 - the same
    given: Any = {"customer": customer, "items": [{"price": each} for each in prices], **params}
    return client.v1.subscriptions.create(given)


def update(client: stripe.StripeClient, subscription: str, **params: Any) -> stripe.Subscription:  # noqa: ANN401 - the same
    return client.v1.subscriptions.update(subscription, params)  # type: ignore[arg-type]  # one dict for all calls


def item(subscription: stripe.Subscription) -> stripe.SubscriptionItem:
    found: stripe.SubscriptionItem = subscription["items"].data[0]
    return found


def period(subscription: stripe.Subscription) -> tuple[int, int]:
    first = item(subscription)
    return first.current_period_start, first.current_period_end


def again(client: stripe.StripeClient, subscription: stripe.Subscription) -> stripe.Subscription:
    return client.v1.subscriptions.retrieve(subscription.id)


def latest(client: stripe.StripeClient, subscription: stripe.Subscription) -> stripe.Invoice:
    """The latest invoice, as it is now."""
    invoice = again(client, subscription).latest_invoice
    return client.v1.invoices.retrieve(str(invoice))


def amounts(invoice: stripe.Invoice) -> list[int]:
    return [line.amount for line in invoice.lines.data]


def invoices(client: stripe.StripeClient, subscription: stripe.Subscription) -> list[stripe.Invoice]:
    """All invoices of the subscription, oldest first."""
    found = client.v1.invoices.list({"subscription": subscription.id, "limit": 100}).data
    return list(reversed(found))


def on_a_clock(client: stripe.StripeClient, start: str = START, card: str | None = "pm_card_visa") -> tuple[str, str]:
    """A new clock and a customer on it, with a card to charge by default."""
    clock = clock_at(client, start)
    return clock, customer_on(client, clock, card)


def advance_in_turn(client: stripe.StripeClient, clock: str, instants: Iterator[int]) -> None:
    """Move a clock farther than Stripe lets it move at once."""
    for instant in instants:
        advance(client, clock, instant)


def advance_to(client: stripe.StripeClient, clock: str, *texts: str) -> None:
    advance_in_turn(client, clock, (at(text) for text in texts))


def events_of(client: stripe.StripeClient, subscription: str, kind: str = "customer.subscription.*") -> list[Any]:
    """The events about a subscription, oldest first."""
    found = client.v1.events.list({"type": kind, "limit": 100}).data
    return [event for event in reversed(found) if event.data.object["id"] == subscription]


def kinds(client: stripe.StripeClient, subscription: str) -> list[str]:
    return [event.type.removeprefix("customer.subscription.") for event in events_of(client, subscription)]
