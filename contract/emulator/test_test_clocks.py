"""Test clocks: a time of their own, which only moves forward."""

import pytest
import stripe

from contract.emulator.clocks import DAY_S, advance, at, clock_at
from contract.emulator.running import Emulator
from contract.emulator.shapes import violations

START = "2026-01-31T10:00:00"


@pytest.fixture
def clock(client: stripe.StripeClient) -> str:
    return clock_at(client, START)


def test_a_clock_has_its_declared_shape(stand_in: Emulator, clock: str) -> None:
    body = stand_in.get(f"/v1/test_helpers/test_clocks/{clock}").json()

    assert violations(body, stripe.test_helpers.TestClock) == []
    assert (body["status"], body["frozen_time"]) == ("ready", at(START))


def test_advancing_ends_at_the_target(client: stripe.StripeClient, clock: str) -> None:
    answer = client.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": at(START) + DAY_S})
    assert answer.status_details.advancing is not None
    assert answer.status_details.advancing.target_frozen_time == at(START) + DAY_S

    arrived = client.v1.test_helpers.test_clocks.retrieve(clock)

    assert (arrived.status, arrived.frozen_time) == ("ready", at(START) + DAY_S)


def test_the_way_of_a_clock_is_told(client: stripe.StripeClient, clock: str) -> None:
    advance(client, clock, at(START) + DAY_S)

    events = client.v1.events.list({"type": "test_helpers.test_clock.*"}).data
    about = [event.type for event in events if event.data.object["id"] == clock]
    assert about == [
        "test_helpers.test_clock.ready",
        "test_helpers.test_clock.advancing",
        "test_helpers.test_clock.created",
    ]


@pytest.mark.parametrize("offset_s", [0, -1])
def test_a_clock_does_not_go_back(client: stripe.StripeClient, clock: str, offset_s: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": at(START) + offset_s})

    assert (refusal.value.http_status, refusal.value.param) == (400, "frozen_time")


def test_a_clock_without_subscriptions_moves_two_years_at_most(client: stripe.StripeClient, clock: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": at(START) + 730 * DAY_S + 1})
    assert refusal.value.param == "frozen_time"

    advance(client, clock, at(START) + 730 * DAY_S)


def test_what_lives_on_a_clock_has_its_time(client: stripe.StripeClient, clock: str) -> None:
    customer = client.v1.customers.create({"test_clock": clock})
    advance(client, clock, at(START) + DAY_S)
    intent = client.v1.payment_intents.create({"amount": 500, "currency": "usd", "customer": customer.id})

    assert customer.created == at(START)
    assert intent.created == at(START) + DAY_S


def test_a_clock_has_three_customers_at_most(client: stripe.StripeClient, clock: str) -> None:
    client.v1.customers.create({"test_clock": clock})
    client.v1.customers.create({"test_clock": clock})
    client.v1.customers.create({"test_clock": clock})

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.customers.create({"test_clock": clock})

    assert refusal.value.param == "test_clock"


def test_an_unknown_clock_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.customers.create({"test_clock": "clock_none"})

    assert (refusal.value.http_status, refusal.value.code, refusal.value.param) == (
        400,
        "resource_missing",
        "test_clock",
    )


def test_customers_of_a_clock_are_only_in_its_list(client: stripe.StripeClient, clock: str) -> None:
    customer = client.v1.customers.create({"test_clock": clock, "email": "clock@example.com"}).id

    assert [found.id for found in client.v1.customers.list({"test_clock": clock}).data] == [customer]
    assert client.v1.customers.list({"email": "clock@example.com"}).data == []


def test_a_clock_takes_an_existing_customer(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({}).id

    made = client.v1.test_helpers.test_clocks.create({"frozen_time": at(START), "customer": customer})

    assert client.v1.customers.retrieve(customer).test_clock == made.id


def test_a_deleted_clock_takes_its_customers_along(client: stripe.StripeClient, clock: str) -> None:
    customer = client.v1.customers.create({"test_clock": clock}).id

    gone = client.v1.test_helpers.test_clocks.delete(clock)

    assert gone.deleted
    assert client.v1.customers.retrieve(customer).deleted
    with pytest.raises(stripe.InvalidRequestError) as missing:
        client.v1.test_helpers.test_clocks.retrieve(clock)
    assert missing.value.http_status == 404
