"""A document on A4. The same document is the same to the byte: its own dates, its own seller, no word of today."""

import unicodedata
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace, TTFFont

from system.invoicing.models import Document, Kind, Line
from system.kit.money import Money

_FONTS: Final = Path(__file__).parent / "fonts"
_REGULAR, _SEMI_BOLD = _FONTS / "NotoSans-Regular.ttf", _FONTS / "NotoSans-SemiBold.ttf"
_FAMILY: Final = "noto"
_MARGIN_MM: Final = 20
_INK, _FAINT = (28, 28, 34), (110, 110, 120)
_TITLES: Final[dict[Kind, str]] = {"invoice": "Invoice", "credit_note": "Credit note", "debit_note": "Debit note"}
_TOTALS: Final[dict[Kind, str]] = {"invoice": "Total paid", "credit_note": "Total refunded", "debit_note": "Total"}
_UNKNOWN: Final = "\N{REPLACEMENT CHARACTER}"


def render(document: Document, *, compress: bool = True) -> bytes:
    """Draw a document. Uncompressed it can be read by eye, which nobody but a test wants."""
    page = _Sheet(document)
    page.set_compression(compress)
    page.draw()
    content = bytes(page.output())
    _close_fonts(page)
    return content


class _Sheet(FPDF):
    def __init__(self, document: Document) -> None:
        super().__init__(format="A4")
        self._document = document
        self.add_font(_FAMILY, "", _REGULAR)
        self.add_font(_FAMILY, "B", _SEMI_BOLD)
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=_MARGIN_MM + 10)
        self.set_lang("en")
        self.set_creation_date(document.issued_at)
        self.set_title(f"{_TITLES[document.kind]} {document.name}")
        self.set_author(document.seller["name"])
        self.set_producer("")

    def draw(self) -> None:
        self.add_page()
        self._masthead()
        self._parties()
        self._lines()
        self._closing()

    def footer(self) -> None:
        self.set_y(-_MARGIN_MM)
        seller = self._document.seller
        tax_id = f" · Tax ID {seller['tax_id']}" if seller["tax_id"] else ""
        self._write(f"{self._document.name} · {seller['name']}{tax_id} · page {self.page_no()}", size=8, faint=True)

    def _masthead(self) -> None:
        document = self._document
        self._write(document.seller["name"], size=11, bold=True)
        for line in _address(document.seller["address"]):
            self._write(line, size=9, faint=True)
        self.ln(12)
        self._write(_TITLES[document.kind], size=26, bold=True)
        self._write(document.name, size=13)
        self.ln(6)

    def _parties(self) -> None:
        document = self._document
        top = self.get_y()
        self._write("Billed to", size=9, faint=True)
        self._write(document.buyer_name, size=11, bold=True)
        self._write(document.buyer_email, size=10)
        below = self.get_y()
        self.set_y(top)
        facts = [("Issued", _day(document.issued_at)), ("Paid", _day(document.occurred_at))]
        if document.kind != "invoice":
            facts[1:] = [("Of", _day(document.occurred_at)), ("Corrects", str(document.corrects))]
        for name, value in facts:
            self._pair(name, value)
        self.set_y(max(below, self.get_y()) + 12)

    def _pair(self, name: str, value: str) -> None:
        self.set_x(self.w / 2 + 15)
        self._style(size=9, faint=True)
        self.cell(25, 6, name)
        self._style(size=10)
        self.cell(0, 6, drawable(value), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _lines(self) -> None:
        self._style(size=10)
        head = FontFace(emphasis="BOLD", size_pt=9, color=_FAINT)
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            col_widths=(52, 30, 18),
            headings_style=head,
            line_height=7,
            text_align=("LEFT", "LEFT", "RIGHT"),
        ) as table:
            table.row(("Description", "Period", "Amount"))
            for stored in self._document.lines:
                line = Line.of(stored)
                amount = Money(line.amount, self._document.currency)
                table.row((drawable(line.description), _period(line), str(amount)))

    def _closing(self) -> None:
        document = self._document
        self.ln(4)
        self._style(size=13, bold=True)
        self.cell(0, 10, f"{_TOTALS[document.kind]}   {document.money}", align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(4)
        if document.paid_with:
            self._write(f"Paid with {document.paid_with}. Nothing is left to pay.", size=10)
        self._write(f"Payment {document.payment_id}", size=9, faint=True)
        if document.refund_id:
            self._write(f"Refund {document.refund_id}", size=9, faint=True)

    def _write(self, text: str, *, size: int, bold: bool = False, faint: bool = False) -> None:
        """Write a paragraph over the whole width, broken where it is too long."""
        self._style(size=size, bold=bold, faint=faint)
        self.multi_cell(0, size * 0.5, drawable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _style(self, *, size: int, bold: bool = False, faint: bool = False) -> None:
        self.set_font(_FAMILY, "B" if bold else "", size)
        self.set_text_color(_FAINT if faint else _INK)


@cache
def _known_letters() -> frozenset[int]:
    """Return the code points that both weights can draw."""
    sheet = FPDF()
    sheet.add_font(_FAMILY, "", _REGULAR)
    font = sheet.fonts[_FAMILY]
    assert isinstance(font, TTFFont), "it was added from a file just now"
    known = frozenset(font.cmap)
    _close_fonts(sheet)
    return known


def _close_fonts(sheet: FPDF) -> None:
    """Close the files that fonts are read from; the library leaves them open until it is collected."""
    for font in sheet.fonts.values():
        if isinstance(font, TTFFont):
            font.close()


def drawable(text: str) -> str:
    """Return what the font can draw: a letter that it lacks is shown as lacking, and never left out."""
    known = _known_letters()
    composed = unicodedata.normalize("NFC", text)
    return "".join(letter if ord(letter) in known else _UNKNOWN for letter in composed)


def _address(text: str) -> list[str]:
    return [line.strip() for line in text.replace("|", "\n").splitlines() if line.strip()]


def _period(line: Line) -> str:
    if line.starts_at is None or line.ends_at is None:
        return ""
    return f"{_day(line.starts_at)} to {_day(line.ends_at)}"


def _day(instant: datetime) -> str:
    return f"{instant.day} {instant:%b %Y}"
