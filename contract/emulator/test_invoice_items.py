"""Invoice items: amounts in every form, attached to a draft or waiting for an invoice."""

from typing import Any

import pytest
import stripe

from contract.emulator import invoicing
from contract.emulator.running import Emulator
from contract.emulator.shapes import violations


@pytest.fixture
def payer(client: stripe.StripeClient) -> str:
    return invoicing.customer(client)


def create(client: stripe.StripeClient, payer: str, **params: Any) -> stripe.InvoiceItem:  # noqa: ANN401 - parameters of a call
    wanted: Any = {"customer": payer, **params}
    return client.v1.invoice_items.create(wanted)


def price(client: stripe.StripeClient, unit_amount: int = 700) -> str:
    product = client.v1.products.create({"name": "Kite"}).id
    return client.v1.prices.create({"product": product, "currency": "usd", "unit_amount": unit_amount}).id


@pytest.mark.parametrize(
    ("params", "amount", "quantity"),
    [
        ({"amount": 450, "currency": "usd"}, 450, 1),
        ({"amount": -450, "currency": "usd"}, -450, 1),
        ({"unit_amount_decimal": "33.5", "quantity": 3, "currency": "usd"}, 101, 3),
        ({"unit_amount_decimal": "0.1", "quantity": 5, "currency": "usd"}, 1, 5),
    ],
)
def test_an_amount_is_given_whole_or_by_its_unit(
    client: stripe.StripeClient, stand_in: Emulator, payer: str, params: dict[str, Any], *, amount: int, quantity: int
) -> None:
    made = create(client, payer, **params)

    body = stand_in.get(f"/v1/invoiceitems/{made.id}").json()
    assert violations(body, stripe.InvoiceItem) == []
    assert (body["amount"], body["quantity"], body["invoice"]) == (amount, quantity, None)


def test_an_item_of_a_price_costs_what_the_price_says(client: stripe.StripeClient, payer: str) -> None:
    known = price(client, 700)
    made = create(client, payer, pricing={"price": known}, quantity=4).to_dict()

    assert (made["amount"], made["description"]) == (2800, "Kite")
    assert made["pricing"]["price_details"]["price"] == known


def test_a_price_may_be_made_for_the_item_alone(client: stripe.StripeClient, payer: str) -> None:
    product = client.v1.products.create({"name": "Kite"}).id
    inline = {"currency": "eur", "unit_amount": 250, "product": product}
    made = create(client, payer, price_data=inline, quantity=2)

    assert (made.amount, made.currency) == (500, "eur")


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({}, "amount", "parameter_missing"),
        ({"amount": 5, "unit_amount_decimal": "5"}, "unit_amount_decimal", None),
        ({"amount": 5, "quantity": 2}, "quantity", None),
        ({"unit_amount_decimal": "5", "quantity": -1}, "quantity", "parameter_invalid_integer"),
        ({"unit_amount_decimal": "5", "quantity_decimal": "1.5"}, "quantity_decimal", None),
        ({"pricing": {"price": "price_none"}}, "pricing[price]", "resource_missing"),
        ({"amount": 5, "invoice": "in_none"}, "invoice", "resource_missing"),
        ({"amount": 5, "subscription": "sub_none"}, "subscription", "resource_missing"),
        ({"amount": 5, "tax_rates": ["txr_none"]}, "tax_rates[0]", "resource_missing"),
        ({"amount": 5, "discounts": [{"coupon": "none"}]}, "discounts[0][coupon]", "resource_missing"),
        ({"amount": 5, "period": {"start": 9, "end": 3}}, "period[end]", None),
        ({"amount": 10**12}, "amount", "amount_too_large"),
    ],
)
def test_what_makes_no_item_is_refused_by_name(
    client: stripe.StripeClient, payer: str, params: dict[str, Any], param: str, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        create(client, payer, **params)

    assert (caught.value.param, caught.value.code) == (param, code)
    assert client.v1.invoice_items.list({"customer": payer}).data == []


def test_an_item_on_a_draft_changes_the_invoice_with_it(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.draft(client, payer, 1000, 500)
    first = client.v1.invoice_items.list({"invoice": invoice.id}).data[-1]
    client.v1.invoice_items.update(first.id, {"amount": 1200, "description": "Longer lesson"})
    changed = client.v1.invoices.retrieve(invoice.id)
    client.v1.invoice_items.delete(first.id)

    assert (changed.total, changed.lines.data[0].description) == (1700, "Longer lesson")
    assert client.v1.invoices.retrieve(invoice.id).total == 500


def test_an_item_of_a_finalised_invoice_stays_as_it_is(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.opened(client, payer)
    item = client.v1.invoice_items.list({"invoice": invoice.id}).data[0]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.invoice_items.update(item.id, {"amount": 1})

    assert caught.value.code == "invoice_not_editable"


def test_an_item_may_have_a_discount_and_a_tax_of_its_own(client: stripe.StripeClient, payer: str) -> None:
    coupon = client.v1.coupons.create({"amount_off": 100, "currency": "usd", "duration": "once"}).id
    rate = client.v1.tax_rates.create({"display_name": "VAT", "percentage": 10, "inclusive": False}).id
    invoice = client.v1.invoices.create({"customer": payer, "currency": "usd"})
    own: Any = {"discounts": [{"coupon": coupon}], "tax_rates": [rate], "invoice": invoice.id}
    create(client, payer, amount=600, currency="usd", **own)
    create(client, payer, amount=400, currency="usd", invoice=invoice.id)

    after = client.v1.invoices.retrieve(invoice.id).to_dict()
    assert (after["subtotal"], after["total"]) == (900, 950)
    assert [line["taxes"] != [] for line in after["lines"]["data"]] == [True, False]
