"""The next invoice of a subscription that ends, and what a subscription leads to by expansion."""

from functools import reduce
from operator import getitem
from typing import Any

import pytest
import stripe

from contract.emulator.running import Emulator
from contract.emulator.shapes import violations
from contract.emulator.subscribing import price, subscribe


@pytest.fixture
def payer(client: stripe.StripeClient) -> str:
    customer = client.v1.customers.create({"email": "upcoming@example.com"})
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    client.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": method.id}})
    return customer.id


def test_a_subscription_that_ends_has_no_next_invoice(client: stripe.StripeClient, payer: str) -> None:
    ending = subscribe(client, payer, price(client, 1500, "month"))
    client.v1.subscriptions.update(ending.id, {"cancel_at_period_end": True})

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.invoices.create_preview({"subscription": ending.id})

    assert (refusal.value.http_status, refusal.value.code) == (404, "invoice_upcoming_none")


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("latest_invoice.confirmation_secret", ("latest_invoice", "confirmation_secret", "client_secret")),
        ("latest_invoice.payments", ("latest_invoice", "payments", "data")),
        ("items.data.price.product", ("items", "data", 0, "price", "product", "name")),
        ("customer.subscriptions", ("customer", "subscriptions", "data", 0, "id")),
        ("default_payment_method", ("default_payment_method", "card", "last4")),
    ],
)
def test_a_subscription_leads_to_what_belongs_to_it(
    client: stripe.StripeClient, stand_in: Emulator, payer: str, path: str, member: tuple[str | int, ...]
) -> None:
    customer: Any = client.v1.customers.retrieve(payer)
    method = customer.invoice_settings.default_payment_method
    made = subscribe(client, payer, price(client), default_payment_method=method)

    body = stand_in.get(f"/v1/subscriptions/{made.id}", {"expand[]": path}).json()

    assert violations(body, stripe.Subscription) == []
    assert reduce(getitem, member, body)


def test_the_payment_of_an_invoice_leads_to_its_payment_intent(
    client: stripe.StripeClient, stand_in: Emulator, payer: str
) -> None:
    invoice = subscribe(client, payer, price(client)).latest_invoice

    body = stand_in.get(f"/v1/invoices/{invoice}", {"expand[]": "payments.data.payment.payment_intent"}).json()

    assert violations(body, stripe.Invoice) == []
    assert body["payments"]["data"][0]["payment"]["payment_intent"]["object"] == "payment_intent"
