import asyncio
from typing import Any

from fastapi import APIRouter, Response

from system.accounts.identity import Caller
from system.context import Context
from system.invoicing import service
from system.invoicing.models import Document
from system.invoicing.pdf import render
from system.invoicing.problems import InvoiceBeingIssued
from system.invoicing.schemas import DocumentId, InvoiceView, PaymentId
from system.kit.pagination import CursorText, Limit, Page
from system.kit.problems import AuthenticationRequired, NotFound, ServiceUnavailable, documented

router = APIRouter(tags=["invoices"], responses=documented(AuthenticationRequired, ServiceUnavailable))

_PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
}


async def pdf_response(document: Document) -> Response:
    """Draw a document in a thread of its own: it takes tens of milliseconds of CPU."""
    content = await asyncio.to_thread(render, document)
    named = {"Content-Disposition": f'attachment; filename="{document.name}.pdf"'}
    return Response(content, media_type="application/pdf", headers=named)


@router.get("/api/invoices", operation_id="list_invoices")
async def list_invoices(
    system: Context, caller: Caller, limit: Limit = 20, cursor: CursorText = None
) -> Page[InvoiceView]:
    """List your invoices, credit notes and debit notes, newest first."""
    scope = f"invoices:{caller.account_id}"
    before = system.cursors.decode(scope, cursor)
    found = await service.issued_to(system, account_id=caller.account_id, before=before, limit=limit + 1)
    following = system.cursors.next_after(scope, [each.document_id for each in found], limit)
    return Page(items=[InvoiceView.of(each) for each in found[:limit]], next_cursor=following)


@router.get(
    "/api/invoices/{document_id}.pdf",
    operation_id="download_invoice",
    response_class=Response,
    responses={**_PDF, **documented(NotFound)},
)
async def download_invoice(system: Context, caller: Caller, document_id: DocumentId) -> Response:
    """Read one of your documents as a PDF; the same one is the same to the byte."""
    return await pdf_response(await service.get(system, document_id, account_id=caller.account_id))


@router.get(
    "/api/payments/{payment_id}/invoice",
    operation_id="get_invoice",
    responses=documented(NotFound, InvoiceBeingIssued),
)
async def get_invoice(system: Context, caller: Caller, payment_id: PaymentId) -> InvoiceView:
    """Read the invoice of one of your payments; it is there seconds after the payment has succeeded."""
    return InvoiceView.of(await service.get_of_payment(system, payment_id, account_id=caller.account_id))


@router.get(
    "/api/payments/{payment_id}/invoice.pdf",
    operation_id="download_payment_invoice",
    response_class=Response,
    responses={**_PDF, **documented(NotFound, InvoiceBeingIssued)},
)
async def download_payment_invoice(system: Context, caller: Caller, payment_id: PaymentId) -> Response:
    """Read the invoice of one of your payments as a PDF."""
    return await pdf_response(await service.get_of_payment(system, payment_id, account_id=caller.account_id))
