from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Protocol, TypeVar

from system.accounts.models import Identity
from system.admin import repository
from system.admin.repository import AccountSum
from system.admin.schemas import (
    AccountBalance,
    AuditedInvoice,
    AuditedPayment,
    AuditedRefund,
    CurrencyBalance,
    TrialBalance,
)
from system.context import System
from system.invoicing.models import Document
from system.invoicing.schemas import InvoiceView
from system.kit.db import Connection
from system.kit.pagination import Page
from system.payments.answers import payment_view, refund_view
from system.payments.models import Payment, Refund
from system.settings import Settings

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)
Shown = TypeVar("Shown")


class Listing(Protocol[Row_co]):
    """A query for one page: rows newest first, older than `before`."""

    async def __call__(self, conn: Connection, *, before: str | None, limit: int) -> Sequence[Row_co]: ...


async def page_of(
    system: System,
    reader: Identity,
    name: str,
    *,
    listing: Listing[Row],
    id_of: Callable[[Row], str],
    show: Callable[[Row], Shown],
    limit: int,
    cursor: str | None,
) -> Page[Shown]:
    """Return one page of a list; its cursors are this reader's and this list's own."""
    scope = f"admin:{name}:{reader.account_id}"
    before = system.cursors.decode(scope, cursor)
    async with system.db.statement() as conn:
        rows = await listing(conn, before=before, limit=limit + 1)
    following = system.cursors.next_after(scope, [id_of(row) for row in rows], limit)
    return Page(items=[show(row) for row in rows[:limit]], next_cursor=following)


async def trial_balance(system: System) -> TrialBalance:
    async with system.db.statement() as conn:
        sums = await repository.sum_by_account(conn)
    by_currency = groupby(sums, key=lambda row: row.currency)
    return TrialBalance(currencies=[_balance(currency, list(rows)) for currency, rows in by_currency])


def audited_payment(settings: Settings, payment: Payment) -> AuditedPayment:
    return AuditedPayment(
        **payment_view(settings, payment).model_dump(),
        account_id=payment.account_id,
        processor_payment_id=payment.processor_payment_id,
        processor_charge_id=payment.processor_charge_id,
        processor_balance_transaction_id=payment.processor_balance_transaction_id,
    )


def audited_refund(refund: Refund) -> AuditedRefund:
    return AuditedRefund(
        **refund_view(refund).model_dump(),
        account_id=refund.account_id,
        requested_by=refund.requested_by,
        note=refund.note,
        processor_refund_id=refund.processor_refund_id,
        processor_balance_transaction_id=refund.processor_balance_transaction_id,
    )


def audited_invoice(document: Document) -> AuditedInvoice:
    return AuditedInvoice(**InvoiceView.of(document).model_dump(), account_id=document.account_id)


def _balance(currency: str, rows: Sequence[AccountSum]) -> CurrencyBalance:
    accounts = [
        AccountBalance(account=row.account, debit=row.debit, credit=row.credit, balance=row.debit - row.credit)
        for row in rows
    ]
    return CurrencyBalance(
        currency=currency,
        debit_total=sum(row.debit for row in rows),
        credit_total=sum(row.credit for row in rows),
        accounts=accounts,
    )
