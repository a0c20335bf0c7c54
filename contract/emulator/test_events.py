"""An event is what happened, with the object as it was at that moment (docs.stripe.com/api/events)."""

import pytest
import stripe

from contract.emulator.payments import declined, intent_of, pay
from contract.emulator.running import Emulator


def events_of(client: stripe.StripeClient, object_id: str) -> list[stripe.Event]:
    """The events whose object this is, oldest first."""
    return [event for event in client.v1.events.list({"limit": 100}).data if event.data.object["id"] == object_id][::-1]


def types_of(client: stripe.StripeClient, object_id: str) -> list[str]:
    return [event.type for event in events_of(client, object_id)]


def test_a_payment_is_told_from_creation_to_success(client: stripe.StripeClient) -> None:
    intent = pay(client)

    assert types_of(client, intent.id) == ["payment_intent.created", "payment_intent.succeeded"]
    assert types_of(client, str(intent.latest_charge)) == ["charge.succeeded"]


def test_a_decline_is_told(client: stripe.StripeClient) -> None:
    intent = intent_of(declined(client, "pm_card_visa_chargeDeclined"))

    assert types_of(client, intent.id) == ["payment_intent.created", "payment_intent.payment_failed"]


def test_an_authorisation_and_its_capture_are_told(client: stripe.StripeClient) -> None:
    intent = pay(client, capture_method="manual")
    client.v1.payment_intents.capture(intent.id)

    assert types_of(client, intent.id) == [
        "payment_intent.created",
        "payment_intent.amount_capturable_updated",
        "payment_intent.succeeded",
    ]
    assert types_of(client, str(intent.latest_charge)) == ["charge.succeeded", "charge.captured"]


def test_a_cancellation_is_told(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create({"amount": 500, "currency": "usd"})
    client.v1.payment_intents.cancel(intent.id)

    assert types_of(client, intent.id) == ["payment_intent.created", "payment_intent.canceled"]


def test_a_refund_is_told_of_the_refund_and_of_its_charge(client: stripe.StripeClient) -> None:
    intent = pay(client)
    refund = client.v1.refunds.create({"payment_intent": intent.id})

    assert "refund.created" in types_of(client, refund.id)
    assert "charge.refunded" in types_of(client, str(intent.latest_charge))


def test_an_event_keeps_the_object_as_it_was(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"name": "Ada"})
    client.v1.customers.update(customer.id, {"name": "Grace"})
    created, updated = events_of(client, customer.id)

    assert (created.data.object["name"], updated.data.object["name"]) == ("Ada", "Grace")


def test_an_update_tells_the_former_values(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"name": "Ada", "metadata": {"level": "1"}})
    client.v1.customers.update(customer.id, {"name": "Grace", "metadata": {"level": "2"}})
    event = events_of(client, customer.id)[-1]

    assert event.data.previous_attributes is not None
    assert event.data.previous_attributes.to_dict() == {"name": "Ada", "metadata": {"level": "1"}}


def test_an_update_that_changes_nothing_is_no_event(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"name": "Ada"})
    client.v1.customers.update(customer.id, {"name": "Ada"})

    assert types_of(client, customer.id) == ["customer.created"]


def test_the_object_of_an_event_is_what_the_api_answers(client: stripe.StripeClient, stand_in: Emulator) -> None:
    intent = pay(client)
    told = events_of(client, intent.id)[-1].data.object

    assert told.to_dict() == stand_in.get(f"/v1/payment_intents/{intent.id}").json()


def test_an_event_names_the_request_that_caused_it(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(
        {"amount": 500, "currency": "usd"}, {"idempotency_key": "contract-event-key"}
    )
    event = events_of(client, intent.id)[0]

    assert event.request is not None
    assert intent.last_response is not None
    assert (event.request.id, event.request.idempotency_key) == (
        intent.last_response.request_id,
        "contract-event-key",
    )


def test_an_event_has_the_version_of_the_api(client: stripe.StripeClient) -> None:
    client.v1.customers.create({})

    assert client.v1.events.list({"limit": 1}).data[0].api_version == stripe.api_version


@pytest.mark.parametrize("kind", ["payment_intent.succeeded", "customer.*"])
def test_events_are_listed_by_type(client: stripe.StripeClient, kind: str) -> None:
    pay(client)
    client.v1.customers.create({})
    listed = client.v1.events.list({"type": kind, "limit": 50}).data

    assert listed
    assert all(event.type.startswith(kind.rstrip("*")) for event in listed)


def test_a_replayed_request_is_no_second_event(client: stripe.StripeClient) -> None:
    for _ in range(2):
        customer = client.v1.customers.create({}, {"idempotency_key": "contract-event-replay"})

    assert types_of(client, customer.id) == ["customer.created"]
