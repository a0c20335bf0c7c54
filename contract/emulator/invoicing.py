"""Customers and invoices in the terms of Stripe's client, for tests whose subject is what comes after."""

from typing import TYPE_CHECKING, Any, Final, cast

import stripe

from contract.emulator.payments import card

if TYPE_CHECKING:
    from stripe.params import InvoiceCreateParams, InvoiceItemCreateParams

GOOD: Final = "4242424242424242"
DECLINED_LATER: Final = "4000000000000341"
THREE_D_SECURE: Final = "4000002760003184"


def customer(client: stripe.StripeClient, number: str | None = GOOD, test_clock: str | None = None) -> str:
    """The id of a customer whose default payment method is a card of this number, or who has none."""
    params: Any = {"email": "jo@example.org", "name": "Jo"}
    if test_clock is not None:
        params["test_clock"] = test_clock
    made = client.v1.customers.create(params)
    if number is not None:
        use_card(client, made.id, number)
    return made.id


def use_card(client: stripe.StripeClient, customer_id: str, number: str) -> str:
    """Attach a card and make it the default of the customer's invoices; returns its id."""
    method = card(client, number)
    client.v1.payment_methods.attach(method, {"customer": customer_id})
    client.v1.customers.update(customer_id, {"invoice_settings": {"default_payment_method": method}})
    return method


def item(client: stripe.StripeClient, customer_id: str, amount: int = 1000, **more: object) -> stripe.InvoiceItem:
    params = {"customer": customer_id, "amount": amount, "currency": "usd", "description": "Lesson"} | more
    return client.v1.invoice_items.create(cast("InvoiceItemCreateParams", params))


def draft(client: stripe.StripeClient, customer_id: str, *amounts: int, **more: object) -> stripe.Invoice:
    """A draft with one line for each amount, of 1000 when there is none."""
    invoice = client.v1.invoices.create(
        cast("InvoiceCreateParams", {"customer": customer_id, "currency": "usd"} | more)
    )
    for amount in amounts or (1000,):
        item(client, customer_id, amount, invoice=invoice.id, currency=invoice.currency)
    return client.v1.invoices.retrieve(invoice.id)


def opened(client: stripe.StripeClient, customer_id: str, *amounts: int, **more: object) -> stripe.Invoice:
    return client.v1.invoices.finalize_invoice(draft(client, customer_id, *amounts, **more).id)


def paid(client: stripe.StripeClient, customer_id: str, *amounts: int, **more: object) -> stripe.Invoice:
    return client.v1.invoices.pay(opened(client, customer_id, *amounts, **more).id)
