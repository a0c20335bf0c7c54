"""Events reach the merchant signed, at least once, and again when the merchant did not acknowledge them."""

from collections.abc import Iterator

import orjson
import pytest
import stripe

from contract.emulator.receiver import Delivery, Receiver
from contract.emulator.running import Emulator


@pytest.fixture
def endpoint(client: stripe.StripeClient, merchant: Receiver) -> Iterator[stripe.WebhookEndpoint]:
    """An endpoint that listens to customers, in whom no other test of this module takes an interest."""
    made = client.v1.webhook_endpoints.create(
        {"url": merchant.url, "enabled_events": ["customer.created", "customer.updated"]}
    )
    yield made
    client.v1.webhook_endpoints.delete(made.id)


def verified(delivery: Delivery, secret: str | None) -> stripe.Event:
    """Raises SignatureVerificationError, as a merchant's code would."""
    assert secret is not None
    event: stripe.Event = stripe.Webhook.construct_event(delivery.body, delivery.signature, secret)
    return event


def test_a_delivery_is_verified_by_the_sdk(
    client: stripe.StripeClient, merchant: Receiver, endpoint: stripe.WebhookEndpoint
) -> None:
    customer = client.v1.customers.create({"name": "Ada"})
    event = verified(merchant.wait_for(1)[0], endpoint.secret)

    assert (event.type, event.data.object["id"]) == ("customer.created", customer.id)


def test_a_delivery_is_not_verified_by_another_secret(
    client: stripe.StripeClient, merchant: Receiver, endpoint: stripe.WebhookEndpoint
) -> None:
    client.v1.customers.create({})
    delivery = merchant.wait_for(1)[0]

    with pytest.raises(stripe.SignatureVerificationError):
        verified(delivery, f"{endpoint.secret}0")


@pytest.mark.usefixtures("endpoint")
def test_a_second_endpoint_hears_of_a_call_as_the_first_does(client: stripe.StripeClient, merchant: Receiver) -> None:
    second = client.v1.webhook_endpoints.create({"url": merchant.url, "enabled_events": ["customer.created"]})
    client.v1.customers.create({})
    first_heard, second_heard = merchant.wait_for(2)
    client.v1.webhook_endpoints.delete(second.id)

    assert first_heard.event_id == second_heard.event_id


def test_the_secret_is_told_once(stand_in: Emulator, endpoint: stripe.WebhookEndpoint) -> None:
    later = stand_in.get(f"/v1/webhook_endpoints/{endpoint.id}").json()

    assert endpoint.secret is not None
    assert endpoint.secret.startswith("whsec_")
    assert "secret" not in later


@pytest.mark.usefixtures("endpoint")
def test_the_body_is_the_event_that_the_api_answers(
    client: stripe.StripeClient, stand_in: Emulator, merchant: Receiver
) -> None:
    client.v1.customers.create({})
    told = orjson.loads(merchant.wait_for(1)[0].body)
    asked = stand_in.get(f"/v1/events/{told['id']}").json()

    assert told | {"pending_webhooks": 0} == asked | {"pending_webhooks": 0}


@pytest.mark.usefixtures("endpoint")
def test_an_event_that_was_not_asked_for_is_not_sent(client: stripe.StripeClient, merchant: Receiver) -> None:
    customer = client.v1.customers.create({})
    client.v1.payment_intents.create({"amount": 500, "currency": "usd"})
    client.v1.customers.update(customer.id, {"name": "Grace"})
    for kind in ("customer.created", "customer.updated"):
        merchant.wait_for(1, kind)

    assert {delivery.event_type for delivery in merchant.received()} == {"customer.created", "customer.updated"}


@pytest.mark.parametrize("refusal", [500, 404, 302])
def test_a_delivery_that_was_not_acknowledged_comes_again(
    client: stripe.StripeClient, merchant: Receiver, endpoint: stripe.WebhookEndpoint, refusal: int
) -> None:
    merchant.replies = [refusal]
    client.v1.customers.create({})
    first, second = merchant.wait_for(2)

    assert (first.status, second.status, second.event_id) == (refusal, 200, first.event_id)
    assert verified(second, endpoint.secret).id == first.event_id


@pytest.mark.usefixtures("endpoint")
def test_what_was_not_acknowledged_is_listed_as_undelivered(client: stripe.StripeClient, merchant: Receiver) -> None:
    merchant.replies = [500]
    client.v1.customers.create({})
    event_id = merchant.wait_for(1)[0].event_id

    def listed(*, delivered: bool) -> set[str]:
        return {event.id for event in client.v1.events.list({"limit": 100, "delivery_success": delivered}).data}

    assert event_id in listed(delivered=False)
    assert event_id not in listed(delivered=True)


@pytest.mark.usefixtures("endpoint")
def test_each_attempt_has_a_signature_of_its_own(client: stripe.StripeClient, merchant: Receiver) -> None:
    merchant.replies = [500]
    client.v1.customers.create({})
    first, second = merchant.wait_for(2)

    assert first.signature != second.signature


@pytest.mark.usefixtures("endpoint")
def test_an_acknowledged_delivery_does_not_come_again(
    client: stripe.StripeClient, stand_in: Emulator, merchant: Receiver
) -> None:
    customer = client.v1.customers.create({})
    event_id = merchant.wait_for(1)[0].event_id
    # An update of later date is delivered too, so an unasked second attempt would have had its chance.
    client.v1.customers.update(customer.id, {"name": "Grace"})
    merchant.wait_for(1, "customer.updated")
    attempts = [each for each in stand_in.control.deliveries() if each["event_id"] == event_id]

    assert [(each["attempt"], each["status"]) for each in attempts] == [(1, 200)]


@pytest.mark.usefixtures("endpoint")
def test_an_event_is_sent_again_on_request(client: stripe.StripeClient, stand_in: Emulator, merchant: Receiver) -> None:
    client.v1.customers.create({})
    event_id = merchant.wait_for(1)[0].event_id
    stand_in.control.resend(event_id, 3, parallel=True)

    assert [delivery.event_id for delivery in merchant.wait_for(4)] == [event_id] * 4


@pytest.mark.usefixtures("endpoint")
def test_paused_deliveries_wait_for_their_resumption(
    client: stripe.StripeClient, stand_in: Emulator, merchant: Receiver
) -> None:
    stand_in.control.pause_webhooks()
    try:
        customer = client.v1.customers.create({})
        waiting = client.v1.events.list({"type": "customer.created", "limit": 1}).data[0]
        assert (waiting.data.object["id"], waiting.pending_webhooks, merchant.received()) == (customer.id, 1, [])
    finally:
        stand_in.control.resume_webhooks()

    assert merchant.wait_for(1)[0].event_id == waiting.id


def test_a_disabled_endpoint_is_left_in_peace(
    client: stripe.StripeClient, merchant: Receiver, endpoint: stripe.WebhookEndpoint
) -> None:
    client.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
    client.v1.customers.create({"name": "unheard"})
    client.v1.webhook_endpoints.update(endpoint.id, {"disabled": False})
    client.v1.customers.create({"name": "heard"})
    heard = verified(merchant.wait_for(1)[0], endpoint.secret)

    assert heard.data.object["name"] == "heard"


def test_deliveries_are_reported(
    client: stripe.StripeClient, stand_in: Emulator, merchant: Receiver, endpoint: stripe.WebhookEndpoint
) -> None:
    merchant.replies = [503]
    client.v1.customers.create({})
    event_id = merchant.wait_for(2)[0].event_id
    # The report of the second attempt is written when its reply has been read; ours has only been sent by then.
    stand_in.control.resend(event_id)
    reported = [each for each in stand_in.control.deliveries() if each["event_id"] == event_id]

    assert [(each["attempt"], each["status"]) for each in reported[:2]] == [(1, 503), (2, 200)]
    assert {each["endpoint_id"] for each in reported} == {endpoint.id}
