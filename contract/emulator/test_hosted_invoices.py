"""The hosted page of an invoice: read, paid once, refused without its secret; and the PDFs."""

import httpx
import pytest
import stripe

from contract.emulator import invoicing
from contract.emulator.running import Emulator

FORM = {"card_number": "4242 4242 4242 4242", "expiry": "12 / 40", "cvc": "314", "name": "Ada Lovelace"}


@pytest.fixture
def invoice(client: stripe.StripeClient) -> stripe.Invoice:
    return invoicing.opened(client, invoicing.customer(client, None), 4900, description="For <b>May</b>")


def page_of(invoice: stripe.Invoice) -> str:
    assert invoice.hosted_invoice_url is not None
    return invoice.hosted_invoice_url


def pay(stand_in: Emulator, invoice: stripe.Invoice, **typed: str) -> httpx.Response:
    return stand_in.http.post(page_of(invoice), data=FORM | typed)


def test_the_page_shows_what_is_to_be_paid_and_for_what(stand_in: Emulator, invoice: stripe.Invoice) -> None:
    page = stand_in.http.get(page_of(invoice))

    assert page.status_code == 200
    assert "$49.00" in page.text
    assert "Lesson" in page.text
    assert str(invoice.number) in page.text
    assert "<b>May</b>" not in page.text


def test_the_form_pays_once(client: stripe.StripeClient, stand_in: Emulator, invoice: stripe.Invoice) -> None:
    first = pay(stand_in, invoice)
    pay(stand_in, invoice)

    after = client.v1.invoices.retrieve(invoice.id)
    payment = client.v1.invoice_payments.list({"invoice": invoice.id}).data[0]
    charges = client.v1.charges.list({"payment_intent": str(payment.payment.payment_intent)}).data
    assert (first.status_code, first.headers["location"]) == (303, page_of(invoice))
    assert (after.status, after.amount_paid, len(charges)) == ("paid", 4900, 1)
    assert "Invoice paid" in stand_in.http.get(page_of(invoice)).text


def test_a_card_that_is_declined_says_why_and_leaves_the_form(
    client: stripe.StripeClient, stand_in: Emulator, invoice: stripe.Invoice
) -> None:
    page = pay(stand_in, invoice, card_number="4000 0000 0000 9995")

    assert "insufficient funds" in page.text
    assert "Ada Lovelace" in page.text
    assert client.v1.invoices.retrieve(invoice.id).status == "open"


def test_a_3d_secure_card_leads_to_its_issuer_and_back(
    client: stripe.StripeClient, stand_in: Emulator, invoice: stripe.Invoice
) -> None:
    asked = pay(stand_in, invoice, card_number="4000 0000 0000 3220")
    answered = stand_in.http.post(asked.headers["location"], data={"outcome": "complete"})

    assert answered.headers["location"].startswith(page_of(invoice))
    assert client.v1.invoices.retrieve(invoice.id).status == "paid"


@pytest.mark.parametrize("address", ["hosted_invoice_url", "invoice_pdf"])
@pytest.mark.parametrize("secret", ["", "?s=", "?s=test_0"])
def test_without_its_secret_there_is_no_page(
    stand_in: Emulator, invoice: stripe.Invoice, address: str, secret: str
) -> None:
    url = str(invoice[address]).partition("?")[0]

    assert stand_in.http.get(url + secret).status_code == 404


def test_a_void_invoice_cannot_be_paid(
    client: stripe.StripeClient, stand_in: Emulator, invoice: stripe.Invoice
) -> None:
    client.v1.invoices.void_invoice(invoice.id)
    page = pay(stand_in, invoice)

    assert "Invoice void" in page.text
    assert client.v1.invoices.retrieve(invoice.id).status == "void"


def test_the_pdf_is_one_and_says_the_amount(stand_in: Emulator, invoice: stripe.Invoice) -> None:
    pdf = stand_in.http.get(str(invoice.invoice_pdf))

    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-1.4")
    assert pdf.content.endswith(b"%%EOF\n")
    assert b"($49.00) Tj" in pdf.content


def test_a_credit_note_has_a_pdf_too(client: stripe.StripeClient, stand_in: Emulator, invoice: stripe.Invoice) -> None:
    note = client.v1.credit_notes.create({"invoice": invoice.id, "amount": 900})

    assert b"($9.00) Tj" in stand_in.http.get(note.pdf).content
