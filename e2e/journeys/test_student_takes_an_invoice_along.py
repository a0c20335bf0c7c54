import pytest
from playwright.sync_api import Page

from e2e.pages import checkout, hosted_checkout, pricing, receipt
from e2e.pages.sign_up import sign_up
from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.pdf_text import pdf_text

COURSE = "Python from the ground up"


@pytest.mark.proves("A2.7", "A2.8", "A2.9")
def test_a_purchase_and_its_refund_each_leave_a_document(page: Page, bench: Bench, ada: Person) -> None:
    sign_up(page, ada)
    pricing.choose(page, COURSE)
    checkout.go_to_hosted_page(page)
    hosted_checkout.pay(page, hosted_checkout.VISA)
    payment_id = receipt.expect_paid(page, "49.00")

    name, invoice = receipt.download(page, "INV")
    receipt.ask_for_refund(page)
    noted, note = receipt.download(page, "CN")

    number = name.removesuffix(".pdf")
    for words in (number, COURSE, "49.00 USD", ada.name, payment_id):
        assert words in pdf_text(invoice), pdf_text(invoice)
    for words in (noted.removesuffix(".pdf"), number, "Total refunded   49.00 USD"):
        assert words in pdf_text(note), pdf_text(note)
    assert bench.as_member(ada).invoice(payment_id).value.number == number
