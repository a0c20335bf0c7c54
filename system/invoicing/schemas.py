from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from system.invoicing.models import Document, Kind, Line

PaymentId = Annotated[str, Field(pattern=r"^[!-~]{1,64}$", examples=["pay_06h0j64n3deykgwc9v0s35z45n"])]
DocumentId = Annotated[str, Field(pattern=r"^[!-~]{1,64}$", examples=["inv_06h0j64n3deykgwc9v0s35z45n"])]
"""Of any form: what is no id of ours is not found, like somebody else's."""

_DOCUMENT: JsonDict = {
    "document_id": "inv_06h0j64n3deykgwc9v0s35z45n",
    "kind": "invoice",
    "number": "INV-2026-000001",
    "corrects": None,
    "payment_id": "pay_06h0j64n3deykgwc9v0s35z45n",
    "refund_id": None,
    "amount": 999,
    "currency": "usd",
    "lines": [
        {
            "description": "Pro, monthly",
            "amount": 999,
            "starts_at": "2026-11-23T15:04:05Z",
            "ends_at": "2026-12-23T15:04:05Z",
        }
    ],
    "paid_with": "visa 4242",
    "buyer": {"name": "Ada Lovelace", "email": "ada@example.com"},
    "seller": {"name": "Lyceum", "address": "", "tax_id": ""},
    "occurred_at": "2026-11-23T15:04:05Z",
    "issued_at": "2026-11-23T15:04:06Z",
    "pdf_url": "/api/invoices/inv_06h0j64n3deykgwc9v0s35z45n.pdf",
}


class InvoiceLine(BaseModel):
    """What was sold. The period is half-open; negative amounts are credits."""

    model_config = ConfigDict(from_attributes=True)

    description: str
    amount: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class Buyer(BaseModel):
    name: str
    email: str


class SellerView(BaseModel):
    """Empty where the operator has not said it."""

    model_config = ConfigDict(title="Seller")

    name: str
    address: str
    tax_id: str


class InvoiceView(BaseModel):
    """A numbered document, as it was issued: it never changes. `corrects` is the number of the one before it."""

    model_config = ConfigDict(title="Invoice", json_schema_extra={"examples": [_DOCUMENT]})

    document_id: str
    kind: Kind
    number: str
    corrects: str | None = None
    payment_id: str
    refund_id: str | None = None
    amount: int = Field(description="In minor units of the currency, and positive: of a note, what it corrects by.")
    currency: str
    lines: list[InvoiceLine]
    paid_with: str | None = None
    buyer: Buyer
    seller: SellerView
    occurred_at: datetime = Field(description="When the money moved.")
    issued_at: datetime
    pdf_url: str

    @classmethod
    def of(cls, document: Document) -> Self:
        return cls(
            document_id=document.document_id,
            kind=document.kind,
            number=document.name,
            corrects=document.corrects,
            payment_id=document.payment_id,
            refund_id=document.refund_id,
            amount=document.amount,
            currency=document.currency,
            lines=[InvoiceLine.model_validate(Line.of(line)) for line in document.lines],
            paid_with=document.paid_with,
            buyer=Buyer(name=document.buyer_name, email=document.buyer_email),
            seller=SellerView.model_validate(document.seller),
            occurred_at=document.occurred_at,
            issued_at=document.issued_at,
            pdf_url=f"/api/invoices/{document.document_id}.pdf",
        )
