"""Credit notes: less to pay before payment, money back after it, and never a unit more than the invoice."""

from typing import Any

import pytest
import stripe

from contract.emulator import invoicing
from contract.emulator.running import Emulator
from contract.emulator.shapes import violations


@pytest.fixture
def payer(client: stripe.StripeClient) -> str:
    return invoicing.customer(client)


def credit(client: stripe.StripeClient, invoice: stripe.Invoice, **params: Any) -> stripe.CreditNote:  # noqa: ANN401 - parameters of a call
    wanted: Any = {"invoice": invoice.id, **params}
    return client.v1.credit_notes.create(wanted)


def part(line: str, **more: int) -> dict[str, Any]:
    return {"type": "invoice_line_item", "invoice_line_item": line, **more}


def test_before_payment_it_lowers_what_is_due(client: stripe.StripeClient, stand_in: Emulator, payer: str) -> None:
    invoice = invoicing.opened(client, payer)
    note = credit(client, invoice, amount=300, reason="order_change", memo="Sorry")

    body = stand_in.get(f"/v1/credit_notes/{note.id}").json()
    after = client.v1.invoices.retrieve(invoice.id)
    assert violations(body, stripe.CreditNote) == []
    assert (body["type"], body["number"]) == ("pre_payment", f"{invoice.number}-CN-01")
    assert (after.amount_due, after.amount_remaining, after.pre_payment_credit_notes_amount) == (700, 700, 300)
    assert client.v1.invoices.pay(invoice.id).amount_paid == 700


def test_crediting_all_before_payment_makes_the_invoice_paid(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.opened(client, payer)
    credit(client, invoice, amount=1000)

    after = client.v1.invoices.retrieve(invoice.id)
    assert (after.status, after.amount_paid, after.amount_due) == ("paid", 0, 0)
    assert client.v1.charges.list({"customer": payer}).data == []


def test_after_payment_the_money_goes_where_the_note_says(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.paid(client, payer)
    note = credit(client, invoice, amount=600, refund_amount=300, credit_amount=200, out_of_band_amount=100)

    refund = client.v1.refunds.retrieve(str(note.refunds[0].refund))
    after = client.v1.invoices.retrieve(invoice.id)
    assert (note.type, note.post_payment_amount, note.out_of_band_amount) == ("post_payment", 600, 100)
    assert (refund.amount, client.v1.customers.retrieve(payer).balance) == (300, -200)
    assert (after.status, after.post_payment_credit_notes_amount, after.amount_paid) == ("paid", 600, 1000)
    move = client.v1.customers.balance_transactions.retrieve(payer, str(note.customer_balance_transaction))
    assert (move.type, move.amount, move.credit_note) == ("credit_note", -200, note.id)


def test_a_note_over_more_than_is_left_to_pay_is_mixed(client: stripe.StripeClient, payer: str) -> None:
    client.v1.customers.balance_transactions.create(payer, {"amount": -400, "currency": "usd"})
    invoice = invoicing.opened(client, payer)
    note = credit(client, invoice, amount=800, credit_amount=200)

    assert (note.type, note.pre_payment_amount, note.post_payment_amount) == ("mixed", 600, 200)
    assert client.v1.invoices.retrieve(invoice.id).status == "paid"
    assert client.v1.customers.retrieve(payer).balance == -200


def test_a_refund_that_was_made_before_can_be_what_a_note_is_for(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.paid(client, payer)
    charge = client.v1.charges.list({"customer": payer}).data[0].id
    refund = client.v1.refunds.create({"charge": charge, "amount": 250})
    note = credit(client, invoice, amount=250, refunds=[{"refund": refund.id}])

    assert [(each.refund, each.amount_refunded) for each in note.refunds] == [(refund.id, 250)]
    assert len(client.v1.refunds.list({"charge": charge}).data) == 1


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"amount": 500}, "amount"),
        ({"amount": 500, "refund_amount": 400}, "amount"),
        ({"amount": 500, "refund_amount": 400, "credit_amount": 200}, "amount"),
        ({"amount": 1001, "refund_amount": 1001}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": 500, "refund_amount": -100, "credit_amount": 600}, "refund_amount"),
        ({"lines": [{"type": "invoice_line_item", "invoice_line_item": "il_none"}]}, "lines[0][invoice_line_item]"),
        ({"lines": [{"type": "custom_line_item"}]}, "lines[0][unit_amount]"),
        ({"refunds": [{"refund": "re_none"}], "amount": 5}, "refunds[0][refund]"),
        ({"shipping_cost": {"shipping_rate": "shr_1"}, "amount": 5}, "shipping_cost"),
    ],
)
def test_a_note_that_does_not_add_up_moves_nothing(
    client: stripe.StripeClient, payer: str, params: dict[str, Any], param: str
) -> None:
    invoice = invoicing.paid(client, payer)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        credit(client, invoice, **params)

    charge = client.v1.charges.list({"customer": payer}).data[0]
    assert (caught.value.http_status, caught.value.param) == (400, param)
    assert (charge.amount_refunded, client.v1.customers.retrieve(payer).balance) == (0, 0)
    assert client.v1.credit_notes.list({"invoice": invoice.id}).data == []


def test_notes_and_refunds_together_never_exceed_the_invoice(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.paid(client, payer)
    charge = client.v1.charges.list({"customer": payer}).data[0].id
    client.v1.refunds.create({"charge": charge, "amount": 600})
    with pytest.raises(stripe.InvalidRequestError, match="may still be credited"):
        credit(client, invoice, amount=401, credit_amount=401)

    assert credit(client, invoice, amount=400, credit_amount=400).amount == 400


def test_the_parts_of_a_line_add_up_to_the_line(client: stripe.StripeClient, payer: str) -> None:
    """Three thirds of a line give back its discount and its tax to the unit."""
    coupon = client.v1.coupons.create({"percent_off": 33.33, "duration": "once"}).id
    rate = client.v1.tax_rates.create({"display_name": "VAT", "percentage": 7.25, "inclusive": True}).id
    settings: Any = {"discounts": [{"coupon": coupon}], "default_tax_rates": [rate]}
    invoice = invoicing.paid(client, payer, 1000, **settings)
    line = invoice.lines.data[0].id
    notes = [
        credit(client, invoice, lines=[part(line, amount=333)], credit_amount=222),
        credit(client, invoice, lines=[part(line, amount=333)], credit_amount=222),
        credit(client, invoice, lines=[part(line, amount=334)], credit_amount=223),
    ]

    whole, bodies = invoice.lines.data[0].to_dict(), [note.to_dict() for note in notes]
    assert sum(note.total for note in notes) == invoice.total == 667
    assert sum(note.discount_amount for note in notes) == whole["discount_amounts"][0]["amount"]
    assert sum(body["total_taxes"][0]["amount"] for body in bodies) == whole["taxes"][0]["amount"]


def test_a_quantity_of_a_line_is_credited_at_its_price(client: stripe.StripeClient, payer: str) -> None:
    invoice = client.v1.invoices.create({"customer": payer, "currency": "usd"})
    thrice: Any = {"customer": payer, "invoice": invoice.id, "quantity": 3, "unit_amount_decimal": "250.5"}
    client.v1.invoice_items.create(thrice)
    opened = client.v1.invoices.finalize_invoice(invoice.id)
    line = opened.lines.data[0]
    note = credit(client, opened, lines=[part(line.id, quantity=2)])

    assert (line.amount, line.quantity) == (752, 3)
    assert (note.amount, note.lines.data[0].quantity) == (501, 2)


def test_more_than_a_line_is_refused(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.opened(client, payer, 600, 400)
    line = invoice.lines.data[0].id
    credit(client, invoice, lines=[part(line, amount=500)])
    with pytest.raises(stripe.InvalidRequestError, match="left of the invoice line item"):
        credit(client, invoice, lines=[part(line, amount=101)])


def test_two_parts_of_a_line_on_one_note_are_counted_together(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.opened(client, payer, 600, 400)
    line = invoice.lines.data[0].id
    with pytest.raises(stripe.InvalidRequestError, match="left of the invoice line item"):
        credit(client, invoice, lines=[part(line, amount=400), part(line, amount=201)])


def test_a_preview_stores_nothing(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.opened(client, payer)
    preview = client.v1.credit_notes.preview({"invoice": invoice.id, "amount": 300})
    lines = client.v1.credit_notes.preview_lines.list({"invoice": invoice.id, "amount": 300}).data

    assert (preview.amount, [line.amount for line in lines]) == (300, [300])
    assert client.v1.credit_notes.list({"invoice": invoice.id}).data == []
    assert client.v1.invoices.retrieve(invoice.id).amount_due == 1000


def test_voiding_a_note_asks_for_the_money_again(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.opened(client, payer)
    note = credit(client, invoice, amount=300)
    voided = client.v1.credit_notes.void_credit_note(note.id)

    after = client.v1.invoices.retrieve(invoice.id)
    assert (voided.status, voided.voided_at is not None) == ("void", True)
    assert (after.amount_remaining, after.pre_payment_credit_notes_amount) == (1000, 0)
    assert client.v1.invoices.pay(invoice.id).amount_paid == 1000


def test_a_note_whose_money_went_cannot_be_voided(client: stripe.StripeClient, payer: str) -> None:
    note = credit(client, invoicing.paid(client, payer), amount=300, credit_amount=300)
    with pytest.raises(stripe.InvalidRequestError, match="only void a pre-payment credit note"):
        client.v1.credit_notes.void_credit_note(note.id)


def test_a_draft_cannot_be_credited(client: stripe.StripeClient, payer: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="open or paid"):
        credit(client, invoicing.draft(client, payer), amount=300)


def test_a_note_is_listed_changed_and_told_of(client: stripe.StripeClient, payer: str) -> None:
    note = credit(client, invoicing.opened(client, payer), amount=300)
    client.v1.credit_notes.update(note.id, {"memo": "Better", "metadata": {"a": "1"}})
    client.v1.credit_notes.void_credit_note(note.id)

    events = client.v1.events.list({"types": ["credit_note.created", "credit_note.updated", "credit_note.voided"]})
    told = [event.type for event in reversed(events.data) if event.data.object["id"] == note.id]
    assert client.v1.credit_notes.list({"customer": payer}).data[0].memo == "Better"
    assert told == ["credit_note.created", "credit_note.updated", "credit_note.voided"]
