"""What admins and auditors read of everybody. Nothing here changes anything."""

from typing import Annotated

from fastapi import APIRouter, Depends

from system.accounts.identity import require_roles
from system.accounts.models import Identity
from system.admin import repository, service
from system.admin.schemas import (
    AuditedInvoice,
    AuditedPayment,
    AuditedRefund,
    AuditedSubscription,
    AuditRowOut,
    LedgerEntryOut,
    ReconciliationOut,
    TrialBalance,
    WebhookEventOut,
)
from system.audit.repository import list_rows
from system.context import Context
from system.kit.pagination import CursorText, Limit, Page
from system.kit.problems import AuthenticationRequired, Forbidden, ServiceUnavailable, documented
from system.ledger.reconciliation import compare
from system.processor.port import ProcessorAwayError

router = APIRouter(prefix="/api/admin", tags=["admin"], responses=documented(AuthenticationRequired, Forbidden))

Reader = Annotated[Identity, Depends(require_roles("admin", "auditor"))]


@router.get("/trial-balance", operation_id="show_trial_balance")
async def show_trial_balance(system: Context, _: Reader) -> TrialBalance:
    """Sum every account of the ledger, by currency."""
    return await service.trial_balance(system)


@router.get("/ledger-entries", operation_id="list_ledger_entries")
async def list_ledger_entries(
    system: Context, reader: Reader, limit: Limit = 20, cursor: CursorText = None
) -> Page[LedgerEntryOut]:
    """List the ledger's entries with their postings, newest first."""
    return await service.page_of(
        system,
        reader,
        "ledger-entries",
        listing=repository.list_entries,
        id_of=lambda row: row.entry_id,
        show=LedgerEntryOut.model_validate,
        limit=limit,
        cursor=cursor,
    )


@router.get("/payments", operation_id="list_all_payments")
async def list_all_payments(
    system: Context, reader: Reader, limit: Limit = 20, cursor: CursorText = None
) -> Page[AuditedPayment]:
    """List everybody's payments, newest first, with the processor's ids."""
    return await service.page_of(
        system,
        reader,
        "payments",
        listing=repository.list_payments,
        id_of=lambda row: row.payment_id,
        show=lambda row: service.audited_payment(system.settings, row),
        limit=limit,
        cursor=cursor,
    )


@router.get("/refunds", operation_id="list_all_refunds")
async def list_all_refunds(
    system: Context, reader: Reader, limit: Limit = 20, cursor: CursorText = None
) -> Page[AuditedRefund]:
    """List everybody's refunds, newest first, with the processor's ids."""
    return await service.page_of(
        system,
        reader,
        "refunds",
        listing=repository.list_refunds,
        id_of=lambda row: row.refund_id,
        show=service.audited_refund,
        limit=limit,
        cursor=cursor,
    )


@router.get("/invoices", operation_id="list_all_invoices")
async def list_all_invoices(
    system: Context, reader: Reader, limit: Limit = 20, cursor: CursorText = None
) -> Page[AuditedInvoice]:
    """List everybody's invoices, credit notes and debit notes, those of the latest facts first."""
    return await service.page_of(
        system,
        reader,
        "invoices",
        listing=repository.list_invoices,
        id_of=lambda row: row.document_id,
        show=service.audited_invoice,
        limit=limit,
        cursor=cursor,
    )


@router.get("/subscriptions", operation_id="list_all_subscriptions")
async def list_all_subscriptions(
    system: Context, reader: Reader, limit: Limit = 20, cursor: CursorText = None
) -> Page[AuditedSubscription]:
    """List everybody's subscriptions, newest first, with what was paid for."""
    return await service.page_of(
        system,
        reader,
        "subscriptions",
        listing=repository.list_subscriptions,
        id_of=lambda row: row.subscription_id,
        show=AuditedSubscription.model_validate,
        limit=limit,
        cursor=cursor,
    )


@router.get("/audit-log", operation_id="list_audit_log")
async def list_audit_log(
    system: Context, reader: Reader, limit: Limit = 20, cursor: CursorText = None
) -> Page[AuditRowOut]:
    """List who did what, newest first."""
    return await service.page_of(
        system,
        reader,
        "audit-log",
        listing=list_rows,
        id_of=lambda row: row.audit_id,
        show=AuditRowOut.model_validate,
        limit=limit,
        cursor=cursor,
    )


@router.get("/webhook-events", operation_id="list_webhook_events")
async def list_webhook_events(
    system: Context, reader: Reader, limit: Limit = 20, cursor: CursorText = None
) -> Page[WebhookEventOut]:
    """List the processor's events by arrival, newest first, each id once."""
    return await service.page_of(
        system,
        reader,
        "webhook-events",
        listing=repository.list_events,
        id_of=lambda row: row.event_id,
        show=WebhookEventOut.model_validate,
        limit=limit,
        cursor=cursor,
    )


@router.get("/reconciliation", operation_id="show_reconciliation", responses=documented(ServiceUnavailable))
async def show_reconciliation(system: Context, _: Reader) -> ReconciliationOut:
    """Read the processor's whole books now, and compare them with the ledger."""
    try:
        return ReconciliationOut.model_validate(await compare(system))
    except ProcessorAwayError as away:
        raise ServiceUnavailable("The card processor does not show its books; try again in a minute.") from away
