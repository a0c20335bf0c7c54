"""What a document says, and how it is drawn: no clock, no database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system.invoicing.models import Document, Due, Line
from system.invoicing.pdf import drawable, render
from system.invoicing.service import closed
from system.kit.money import Money
from system.processor.stripe_objects import paid_with

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MONTH = Line("Pro, monthly", 999, NOW, NOW + timedelta(days=30))
DOCUMENT = Document(
    document_id="inv_1",
    kind="invoice",
    series="INV-2026",
    number=7,
    account_id="usr_1",
    payment_id="pay_1",
    refund_id=None,
    amount=999,
    currency="usd",
    lines=[MONTH.fields()],
    paid_with="visa 4242",
    buyer_name="Ada Lovelace",
    buyer_email="ada@example.com",
    seller={"name": "Lyceum", "address": "1 Main Street | 10115 Berlin", "tax_id": ""},
    corrects=None,
    occurred_at=NOW,
    issued_at=NOW,
)
PAGES = b"/Type /Page\n"


def test_a_number_has_its_series_and_six_digits_or_more() -> None:
    assert DOCUMENT.name == "INV-2026-000007"
    assert replace(DOCUMENT, number=1_234_567).name == "INV-2026-1234567"


def test_a_line_is_read_as_it_was_stored() -> None:
    assert Line.of(MONTH.fields()) == MONTH
    assert Line.of({"description": "A course", "amount": 4900}) == Line("A course", 4900)


def test_lines_that_a_balance_was_set_against_are_closed_to_what_was_paid() -> None:
    assert closed([MONTH], Money(999, "usd")) == (MONTH,)
    assert closed([MONTH], Money(600, "usd"))[1].amount == -399


def test_a_document_whose_lines_do_not_sum_is_never_owed() -> None:
    with pytest.raises(AssertionError, match=r"sum to 999"):
        Due("invoice", "usr_1", "pay_1", None, Money(1000, "usd"), (MONTH,), None, NOW)


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"type": "card", "card": {"brand": "visa", "last4": "4242"}}, "visa 4242"),
        ({"type": "sepa_debit", "sepa_debit": {"last4": "3000"}}, "sepa_debit 3000"),
        ({"type": "link", "link": None}, "link"),
        ({}, None),
    ],
)
def test_what_was_paid_with_is_told_by_brand_or_kind(details: dict[str, object], told: str | None) -> None:
    assert paid_with(details) == told


@pytest.mark.proves("A2.9")
def test_the_same_document_is_the_same_to_the_byte() -> None:
    assert render(DOCUMENT) == render(DOCUMENT)
    assert render(DOCUMENT) != render(replace(DOCUMENT, number=8))


@pytest.mark.proves("A2.9")
@pytest.mark.parametrize(
    "name", ["Zoë Çelik-Ångström", "Ελένη Παπαδοπούλου", "Юлия Щербакова", "Nguyễn Thị Hương", "Łucja Żółć"]
)
def test_names_in_latin_greek_and_cyrillic_are_drawn_as_they_are(name: str) -> None:
    assert drawable(name) == name


@pytest.mark.proves("A2.9")
def test_letters_that_the_font_lacks_are_shown_as_lacking() -> None:
    assert drawable("王小明 (Wang)") == "��� (Wang)"


@pytest.mark.proves("A2.9")
@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1, max_size=100))
def test_no_name_keeps_a_document_from_being_drawn(name: str) -> None:
    assert render(replace(DOCUMENT, buyer_name=name)).startswith(b"%PDF-")


def test_a_long_document_goes_on_over_pages() -> None:
    long = replace(DOCUMENT, lines=[Line(f"Part {part} " + "of much " * 12, 1).fields() for part in range(60)])

    assert render(long, compress=False).count(PAGES) > render(DOCUMENT, compress=False).count(PAGES) == 1
