"""A test clock as the suites use it: made at a date, and moved in steps that Stripe allows."""

from datetime import UTC, datetime
from typing import Any

import stripe

DAY_S = 24 * 3600


def at(text: str) -> int:
    """Unix seconds of an instant in UTC: "2026-01-31" or "2026-01-31T10:00:00"."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def clock_at(client: stripe.StripeClient, text: str) -> str:
    return client.v1.test_helpers.test_clocks.create({"frozen_time": at(text)}).id


def advance(client: stripe.StripeClient, clock: str, instant: int) -> stripe.test_helpers.TestClock:
    """Move the clock and see that it got there; it is ready by the next request."""
    answer = client.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": instant})
    assert answer.status == "advancing", answer
    arrived = client.v1.test_helpers.test_clocks.retrieve(clock)
    assert (arrived.status, arrived.frozen_time) == ("ready", instant), arrived
    return arrived


def customer_on(client: stripe.StripeClient, clock: str, card: str | None = "pm_card_visa", **params: Any) -> str:  # noqa: ANN401 - parameters of a call
    """A customer on the clock, with a card to charge by default."""
    given: Any = {"test_clock": clock, **params}
    customer = client.v1.customers.create(given).id
    if card is not None:
        pay_with(client, customer, card)
    return customer


def pay_with(client: stripe.StripeClient, customer: str, card: str) -> str:
    """Attach a card of Stripe's test cards and charge it from now on."""
    method = client.v1.payment_methods.attach(card, {"customer": customer}).id
    client.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": method}})
    return method


def kinds_since(client: stripe.StripeClient, known: str | None, about: str) -> list[str]:
    """The kinds of the events about an object, oldest first, that came after the event `known`."""
    events = client.v1.events.list({"limit": 100}).data
    newer = []
    for event in events:
        if event.id == known:
            break
        newer.append(event)
    return [event.type for event in reversed(newer) if about in str(event.data.object)]
