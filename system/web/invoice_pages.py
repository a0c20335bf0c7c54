"""Invoices and notes for whoever is logged in on the pages: links on the receipt and beside the subscription."""

from fastapi import APIRouter, Response

from system.accounts.identity import PageCaller
from system.invoicing import service
from system.invoicing.endpoints import pdf_response
from system.invoicing.schemas import DocumentId, PaymentId
from system.web.rendering import AtDesk

router = APIRouter(include_in_schema=False)


@router.get("/invoices/{document_id}.pdf")
async def document(at: AtDesk, reader: PageCaller, document_id: DocumentId) -> Response:
    return await pdf_response(await service.get(at.system, document_id, account_id=reader.account_id))


@router.get("/payments/{payment_id}/invoice.pdf")
async def invoice_of_payment(at: AtDesk, reader: PageCaller, payment_id: PaymentId) -> Response:
    return await pdf_response(await service.get_of_payment(at.system, payment_id, account_id=reader.account_id))
