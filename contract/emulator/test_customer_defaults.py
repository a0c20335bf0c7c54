"""What a customer's invoices are charged by default: a method or a source that is the customer's own."""

from typing import Any

import pytest
import stripe

from contract.emulator.running import Emulator
from contract.emulator.subscribing import price, subscribe


def default_of(client: stripe.StripeClient, customer: str) -> str | None:
    settings = client.v1.customers.retrieve(customer).invoice_settings
    assert settings is not None
    method = settings.default_payment_method
    return None if method is None else str(method)


def attached(client: stripe.StripeClient, customer: str) -> list[str]:
    return [method.id for method in client.v1.customers.payment_methods.list(customer).data]


def source_of(client: stripe.StripeClient, customer: str) -> str:
    return str(client.v1.customers.payment_sources.create(customer, {"source": "tok_visa"}).id)


def test_a_test_token_that_is_attached_can_be_the_default_in_the_same_call(client: stripe.StripeClient) -> None:
    made = client.v1.customers.create(
        {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
    )

    assert [default_of(client, made.id)] == attached(client, made.id)
    assert made.invoice_settings is not None
    assert made.invoice_settings.default_payment_method == default_of(client, made.id)
    assert subscribe(client, made.id, price(client)).status == "active"


def test_a_method_that_is_attached_can_be_the_default_by_its_id(client: stripe.StripeClient) -> None:
    method = client.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}}).id

    made = client.v1.customers.create(
        {"payment_method": method, "invoice_settings": {"default_payment_method": method}}
    )

    assert default_of(client, made.id) == method


NOT_ATTACHED: Any = {"invoice_settings": {"default_payment_method": "pm_card_visa"}}
"""A test token makes a new method each time, which is then nobody's."""


def test_a_token_that_is_not_attached_is_no_default(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"payment_method": "pm_card_visa"}).id
    other: Any = {"payment_method": "pm_card_mastercard", **NOT_ATTACHED}

    for identifier, params in ((customer, NOT_ATTACHED), (None, NOT_ATTACHED), (None, other)):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            client.v1.customers.update(identifier, params) if identifier else client.v1.customers.create(params)
        assert (refusal.value.http_status, refusal.value.code) == (400, "resource_missing")
        assert refusal.value.param == "invoice_settings[default_payment_method]"
        assert "must be attached to the customer" in str(refusal.value.user_message)
    assert default_of(client, customer) is None


def test_a_refused_default_leaves_no_customer(client: stripe.StripeClient, stand_in: Emulator) -> None:
    email = "nobody@example.com"

    assert stand_in.post(
        "/v1/customers", {"email": email, "invoice_settings[default_payment_method]": "pm_card_visa"}
    ).is_error

    assert client.v1.customers.list({"email": email}).data == []


@pytest.mark.parametrize("kind", ["subscriptions", "subscription update", "invoices", "subscription_schedules"])
def test_what_is_billed_by_a_method_that_is_not_attached_is_refused(
    client: stripe.StripeClient, stand_in: Emulator, kind: str
) -> None:
    customer = client.v1.customers.create({"source": "tok_visa"}).id
    subscription = subscribe(client, customer, price(client)).id
    named = {"default_payment_method": "pm_card_visa"}
    new = {"customer": customer, "items[0][price]": price(client), **named}
    phase = {"phases[0][items][0][price]": price(client), "phases[0][default_payment_method]": "pm_card_visa"}
    path, form = {
        "subscriptions": ("subscriptions", new),
        "subscription update": (f"subscriptions/{subscription}", named),
        "invoices": ("invoices", {"customer": customer, **named}),
        "subscription_schedules": ("subscription_schedules", {"customer": customer, "start_date": "now", **phase}),
    }[kind]

    refusal = stand_in.post(f"/v1/{path}", form)

    error = refusal.json()["error"]
    assert (refusal.status_code, error["code"]) == (400, "resource_missing")
    assert "default_payment_method" in error["param"]
    assert "must be attached to the customer" in error["message"]


def test_a_scheduled_default_is_checked_when_it_is_planned(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"source": "tok_visa"}).id
    later: Any = {
        "customer": customer,
        "start_date": client.v1.customers.retrieve(customer).created + 86400,
        "default_settings": {"default_payment_method": "pm_card_visa"},
        "phases": [{"items": [{"price": price(client)}]}],
    }

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.subscription_schedules.create(later)

    assert (refusal.value.code, refusal.value.param) == ("resource_missing", "default_settings[default_payment_method]")


def test_the_default_source_is_one_of_the_customers_own(client: stripe.StripeClient) -> None:
    mine, other = (client.v1.customers.create({}).id for _ in range(2))
    first, second = source_of(client, mine), source_of(client, mine)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.customers.update(mine, {"default_source": source_of(client, other)})
    moved = client.v1.customers.update(mine, {"default_source": second})

    assert (refusal.value.http_status, refusal.value.code, refusal.value.param) == (
        400,
        "resource_missing",
        "default_source",
    )
    assert moved.default_source == second != first


def by_card(customer: str, card: str) -> Any:  # noqa: ANN401 - parameters of a call
    given = {"amount": 1000, "currency": "usd", "confirm": True, "allowed_payment_method_types": ["card"]}
    return {**given, "customer": customer, "payment_method": card}


def test_a_card_saved_the_old_way_pays_in_the_place_of_a_payment_method(client: stripe.StripeClient) -> None:
    customer, other = (client.v1.customers.create({}).id for _ in range(2))
    card = source_of(client, customer)

    paid = client.v1.payment_intents.create(by_card(customer, card))
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.create(by_card(other, card))

    assert paid.status == "succeeded"
    assert (refusal.value.http_status, refusal.value.code) == (400, "resource_missing")
    assert "must be attached to the customer" in str(refusal.value.user_message)
