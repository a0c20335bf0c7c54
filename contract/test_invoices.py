"""Invoices and notes: one for each fact, numbered without gaps, and each a PDF that does not change."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import psycopg
import pytest

from contract.workers import without_worker
from fixtures.bench import Bench
from fixtures.client import Auditor, Item, Member
from fixtures.client.invoices import Invoice
from fixtures.client.subscriptions import Plan
from fixtures.pdf_text import pdf_text
from fixtures.polling import eventually

TOKENS: Final = "itm_tokens_100"
ENTERPRISE: Final = Plan("prc_enterprise_month", "enterprise", "Enterprise, monthly", "month", 9900, "usd")
PARALLEL: Final = 40


def invoice_of(member: Member, payment_id: str) -> Invoice:
    return eventually(lambda: member.invoice(payment_id), lambda reply: reply.ok).value


def documents_of(member: Member, count: int) -> Mapping[str, Invoice]:
    """The member's documents by their kind, once there are so many."""
    found = eventually(lambda: member.invoices().value.items, lambda items: len(items) == count)
    return {each.kind: each for each in found}


def numbers(invoices: Sequence[Invoice], prefix: str) -> list[int]:
    return [int(each.number.rpartition("-")[2]) for each in invoices if each.number.startswith(f"{prefix}-")]


@pytest.mark.proves("A2.7")
def test_forty_payments_at_once_with_declines_are_numbered_without_gaps(
    new_member: Callable[[], Member], auditor: Auditor, catalogue: Mapping[str, Item]
) -> None:
    buyers = [new_member() for _ in range(4)]

    def pay(place: int) -> bool:
        card = "pm_card_visa_chargeDeclined" if place % 4 == 3 else "pm_card_visa"
        buyer = buyers[place % 3 if place % 4 != 3 else 3]
        return buyer.pay(catalogue[TOKENS], key=f"gap-{place}", payment_method=card).ok

    with ThreadPoolExecutor(PARALLEL) as pool:
        paid = sum(pool.map(pay, range(PARALLEL)))

    assert paid == PARALLEL * 3 // 4
    accounts = {buyer.account_id for buyer in buyers}
    theirs = eventually(
        lambda: [each for each in auditor.all_invoices() if each.account_id in accounts],
        lambda found: len(found) >= paid,
    )
    assert len(theirs) == paid
    everybody = sorted(auditor.all_invoices(), key=lambda each: (each.number[:8], each.number))
    given = numbers(everybody, "INV")
    assert given == list(range(1, len(given) + 1))
    issued = [each.issued_at for each in everybody if each.kind == "invoice"]
    assert issued == sorted(issued)


@pytest.mark.proves("A2.7")
def test_a_repeated_payment_and_its_repeated_events_have_one_invoice(
    bench: Bench, member: Member, catalogue: Mapping[str, Item]
) -> None:
    payment = member.pay(catalogue[TOKENS], key="once").value
    first = invoice_of(member, payment.payment_id)

    assert member.pay(catalogue[TOKENS], key="once").replayed
    told = [each["id"] for each in bench.stripe.events() if payment.payment_id in str(each)]
    for event_id in told:
        bench.stripe.resend(event_id, times=5, parallel=True)
    later = invoice_of(member, member.pay(catalogue[TOKENS], key="twice").value.payment_id)

    assert told, "No event names the payment."
    assert len(member.invoices().value.items) == 2
    assert member.invoice(payment.payment_id).value == first
    assert numbers([later], "INV") > numbers([first], "INV")


@pytest.mark.proves("A2.7")
def test_an_invoice_says_what_was_paid_by_whom_and_with_what(member: Member, catalogue: Mapping[str, Item]) -> None:
    item = catalogue["itm_course_kyoto"]

    invoice = invoice_of(member, member.pay(item, key="kyoto").value.payment_id)

    assert (invoice.amount, invoice.currency) == (item.amount, item.currency)
    assert [(line.description, line.amount) for line in invoice.lines] == [(item.name, item.amount)]
    assert (invoice.buyer.name, invoice.buyer.email) == (member.session.account.name, member.email)
    assert invoice.paid_with == "visa 4242"


@pytest.mark.proves("A2.7")
def test_the_lines_of_each_document_sum_to_it(member: Member, catalogue: Mapping[str, Item]) -> None:
    payment = member.pay(catalogue[TOKENS], key="summed").value
    member.refund(payment.payment_id, key="summed-back", amount=33)

    found = documents_of(member, 2)

    summed = {kind: sum(line.amount for line in each.lines) for kind, each in found.items()}
    assert (
        summed == {"invoice": payment.amount, "credit_note": 33} == {kind: each.amount for kind, each in found.items()}
    )


@pytest.mark.proves("A2.8")
def test_each_part_that_is_given_back_has_a_credit_note(member: Member, catalogue: Mapping[str, Item]) -> None:
    payment = member.pay(catalogue[TOKENS], key="parts").value
    parts = [member.refund(payment.payment_id, key=f"part-{amount}", amount=amount).value for amount in (100, 200)]

    found = eventually(lambda: member.invoices().value.items, lambda items: len(items) == 3)

    notes = {each.refund_id: each for each in found if each.kind == "credit_note"}
    assert {refund_id: note.amount for refund_id, note in notes.items()} == {
        each.refund_id: each.amount for each in parts
    }
    assert {note.corrects for note in notes.values()} == {member.invoice(payment.payment_id).value.number}
    assert all(note.number.startswith("CN-") for note in notes.values())


@pytest.mark.proves("A2.8")
def test_a_refund_that_the_bank_sends_back_has_a_debit_note_and_nothing_is_deleted(
    member: Member, catalogue: Mapping[str, Item]
) -> None:
    paid = member.pay(catalogue[TOKENS], key="refails", payment_method="pm_card_refundFail").value
    member.refund(paid.payment_id, key="comes-back", amount=100)

    found = documents_of(member, 3)

    assert found["debit_note"].corrects == found["credit_note"].number
    assert found["debit_note"].amount == found["credit_note"].amount == 100
    assert found["debit_note"].refund_id == found["credit_note"].refund_id


@pytest.mark.proves("A2.7")
def test_the_invoice_of_a_subscription_has_the_processors_lines(member: Member) -> None:
    assert member.subscription.subscribe(ENTERPRISE, key="invoiced").status == 201
    payment_id = member.subscription.current().value.payment_id
    assert payment_id is not None

    invoice = invoice_of(member, payment_id)

    (line,) = invoice.lines
    assert (line.amount, invoice.amount) == (9900, 9900)
    assert line.starts_at is not None
    assert line.ends_at is not None
    assert line.starts_at < line.ends_at


@pytest.mark.proves("A2.7")
def test_until_it_has_a_number_an_invoice_is_being_issued(
    impatient: Bench, impatient_member: Member, catalogue: Mapping[str, Item]
) -> None:
    with without_worker(impatient):
        payment = impatient_member.pay(catalogue[TOKENS], key="no-number-yet").value
        early = impatient_member.invoice(payment.payment_id)

    assert (early.status, early.problem.slug) == (409, "invoice-being-issued"), early.text
    assert early.headers["retry-after"] == "1"
    assert invoice_of(impatient_member, payment.payment_id).amount == payment.amount


@pytest.mark.proves("A2.7")
def test_what_was_never_paid_has_no_invoice(member: Member, catalogue: Mapping[str, Item]) -> None:
    declined = member.pay(catalogue[TOKENS], key="no", payment_method="pm_card_visa_chargeDeclined").problem
    payment_id = declined.extras["payment_id"]

    refused = member.invoice(payment_id)

    assert (refused.status, refused.problem.slug) == (404, "not-found"), refused.text


@pytest.mark.proves("A2.9")
def test_a_pdf_is_the_same_to_the_byte_whichever_way_it_is_asked_for(
    member: Member, catalogue: Mapping[str, Item]
) -> None:
    payment = member.pay(catalogue[TOKENS], key="pdf").value
    invoice = invoice_of(member, payment.payment_id)

    first, again = member.invoice_pdf(payment.payment_id), member.document_pdf(invoice.document_id)

    assert first.value.startswith(b"%PDF-")
    assert first.headers["content-type"] == "application/pdf"
    assert invoice.number in first.headers["content-disposition"]
    assert first.value == again.value
    said = pdf_text(first.value)
    assert invoice.number in said
    assert "4.99 USD" in said
    assert "Paid with visa 4242" in said
    assert member.session.account.name in said


@pytest.mark.proves("A2.9")
def test_documents_of_others_are_not_found(
    new_member: Callable[[], Member], member: Member, catalogue: Mapping[str, Item]
) -> None:
    payment = member.pay(catalogue[TOKENS], key="mine").value
    invoice = invoice_of(member, payment.payment_id)

    stranger = new_member()
    told = (
        stranger.invoice(payment.payment_id),
        stranger.invoice_pdf(payment.payment_id),
        stranger.document_pdf(invoice.document_id),
    )

    assert [reply.status for reply in told] == [404, 404, 404]
    assert stranger.invoices().value.items == ()


@pytest.mark.proves("A2.7")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoices SET amount = amount",
        "DELETE FROM invoices",
        """
        INSERT INTO invoices
        SELECT (jsonb_populate_record(invoices, jsonb_build_object('document_id', 'inv_x', 'number', number + 500))).*
          FROM invoices LIMIT 1
        """,
    ],
    ids=["changed", "deleted", "out of turn"],
)
def test_the_database_refuses_what_would_break_the_series(
    bench: Bench, member: Member, catalogue: Mapping[str, Item], statement: str
) -> None:
    invoice_of(member, member.pay(catalogue[TOKENS], key="held").value.payment_id)

    with psycopg.connect(bench.database_url) as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute(statement.encode())

    assert "never changed or deleted" in str(refused.value) or "follows no document" in str(refused.value)
