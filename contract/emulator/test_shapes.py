"""Responses have the shape that the SDK of this API version declares: fields, nullability, enumerations."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import stripe

from contract.emulator.payments import RETURN_URL, declined, intent_of, pay
from contract.emulator.running import Emulator
from contract.emulator.shapes import violations

Made = Callable[[stripe.StripeClient], str]


def session(client: stripe.StripeClient) -> str:
    line: Any = {"price_data": {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Kite"}}, "quantity": 2}
    return client.v1.checkout.sessions.create({"mode": "payment", "success_url": RETURN_URL, "line_items": [line]}).id


def setup_intent(client: stripe.StripeClient) -> str:
    return client.v1.setup_intents.create(
        {"payment_method": "pm_card_visa", "confirm": True, "return_url": RETURN_URL}
    ).id


def refund(client: stripe.StripeClient) -> str:
    return client.v1.refunds.create({"payment_intent": pay(client).id, "reason": "duplicate"}).id


def latest_charge(intent: stripe.PaymentIntent) -> str:
    return str(intent.latest_charge)


def declined_intent(client: stripe.StripeClient) -> str:
    return intent_of(declined(client, "pm_card_visa_chargeDeclined")).id


def declined_charge(client: stripe.StripeClient) -> str:
    return latest_charge(client.v1.payment_intents.retrieve(declined_intent(client)))


def balance_transaction(client: stripe.StripeClient) -> str:
    return str(client.v1.charges.retrieve(latest_charge(pay(client))).balance_transaction)


def event(client: stripe.StripeClient) -> str:
    client.v1.customers.create({})
    return client.v1.events.list({"limit": 1}).data[0].id


def webhook_endpoint(client: stripe.StripeClient) -> str:
    made = client.v1.webhook_endpoints.create(
        {"url": "https://merchant.example/hooks", "enabled_events": ["plan.deleted"]}
    )
    return made.id


RESOURCES: list[tuple[str, type[stripe.StripeObject], Made]] = [
    ("payment_intents", stripe.PaymentIntent, lambda client: pay(client).id),
    ("payment_intents", stripe.PaymentIntent, declined_intent),
    (
        "payment_intents",
        stripe.PaymentIntent,
        lambda client: pay(client, "pm_card_authenticationRequired", return_url=RETURN_URL).id,
    ),
    ("payment_intents", stripe.PaymentIntent, lambda client: pay(client, capture_method="manual").id),
    ("charges", stripe.Charge, lambda client: latest_charge(pay(client))),
    ("charges", stripe.Charge, declined_charge),
    ("refunds", stripe.Refund, refund),
    ("customers", stripe.Customer, lambda client: client.v1.customers.create({"email": "ada@example.com"}).id),
    ("payment_methods", stripe.PaymentMethod, lambda client: str(pay(client).payment_method)),
    ("checkout/sessions", stripe.checkout.Session, session),
    ("events", stripe.Event, event),
    ("balance_transactions", stripe.BalanceTransaction, balance_transaction),
    ("webhook_endpoints", stripe.WebhookEndpoint, webhook_endpoint),
    ("setup_intents", stripe.SetupIntent, setup_intent),
]


@pytest.mark.parametrize(("path", "declared", "make"), RESOURCES)
def test_a_response_has_its_declared_shape(
    client: stripe.StripeClient, stand_in: Emulator, path: str, declared: type[stripe.StripeObject], make: Made
) -> None:
    body = stand_in.get(f"/v1/{path}/{make(client)}").json()

    assert violations(body, declared) == []


def test_the_balance_has_its_declared_shape(client: stripe.StripeClient, stand_in: Emulator) -> None:
    pay(client)

    assert violations(stand_in.get("/v1/balance").json(), stripe.Balance) == []


def test_line_items_have_their_declared_shape(client: stripe.StripeClient, stand_in: Emulator) -> None:
    lines = stand_in.get(f"/v1/checkout/sessions/{session(client)}/line_items").json()["data"]

    assert [violations(line, stripe.LineItem) for line in lines] == [[]]


def test_an_expanded_response_has_its_declared_shape(client: stripe.StripeClient, stand_in: Emulator) -> None:
    path = f"/v1/payment_intents/{pay(client).id}"
    body = stand_in.get(path, {"expand[]": "latest_charge.balance_transaction"}).json()

    assert body["latest_charge"]["balance_transaction"]["object"] == "balance_transaction"
    assert violations(body, stripe.PaymentIntent) == []


@pytest.fixture(scope="module")
def sound(client: stripe.StripeClient, stand_in: Emulator) -> dict[str, Any]:
    """A sound PaymentIntent with its charge expanded, to be doctored."""
    body: dict[str, Any] = stand_in.get(f"/v1/payment_intents/{pay(client).id}", {"expand[]": "latest_charge"}).json()
    assert violations(body, stripe.PaymentIntent) == []
    return body


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("amount", "2000", "PaymentIntent.amount: '2000' is not of type int"),
        ("amount", True, "PaymentIntent.amount: True is not of type int"),
        ("livemode", 0, "PaymentIntent.livemode: 0 is not of type bool"),
        ("currency", None, "PaymentIntent.currency: None is not of type str"),
        ("colour", "red", "PaymentIntent.colour: no such field in this version"),
        ("object", "charge", "PaymentIntent.object: 'charge' is none of 'payment_intent'"),
        ("metadata", {"a": 1}, "PaymentIntent.metadata.a: 1 is not of type str"),
        ("payment_method_types", "card", "PaymentIntent.payment_method_types: 'card' is not a list"),
        ("latest_charge.paid", "yes", "PaymentIntent.latest_charge.paid: 'yes' is not of type bool"),
        (
            "latest_charge.object",
            "chrage",
            "PaymentIntent.latest_charge.object: 'chrage' is no resource of this version",
        ),
    ],
)
def test_a_doctored_response_is_caught(sound: dict[str, Any], path: str, value: object, complaint: str) -> None:
    doctored = deepcopy(sound)
    *parents, name = path.split(".")
    place = doctored
    for parent in parents:
        place = place[parent]
    place[name] = value

    assert violations(doctored, stripe.PaymentIntent) == [complaint]


def test_an_unknown_status_is_caught(sound: dict[str, Any]) -> None:
    complaint, *others = violations(sound | {"status": "paid"}, stripe.PaymentIntent)

    assert complaint.startswith("PaymentIntent.status: 'paid' is none of 'canceled', 'processing'")
    assert others == []


def test_a_missing_field_is_caught(sound: dict[str, Any]) -> None:
    doctored = {name: value for name, value in sound.items() if name != "currency"}

    assert violations(doctored, stripe.PaymentIntent) == ["PaymentIntent.currency: required, and missing"]
