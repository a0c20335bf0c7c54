"""What the processor billed, taken into our books: payments, periods, and the mails that they owe."""

from collections.abc import Sequence
from datetime import datetime

from system.audit.service import Actor
from system.invoicing.models import Line
from system.kit.db import Connection
from system.payments.invoiced import Invoiced, record_invoiced
from system.processor.billing import BilledInvoice
from system.processor.port import Charged
from system.subscriptions import invoice_repository, mails, plan_repository
from system.subscriptions.models import Plan, Subscription


async def settle_invoices(
    conn: Connection, subscription: Subscription, invoices: Sequence[BilledInvoice], *, actor: Actor, now: datetime
) -> None:
    """Take each invoice in, oldest first; what is in already changes nothing. The subscription is locked."""
    for invoice in invoices:
        known = await invoice_repository.find(conn, invoice.processor_invoice_id)
        plan = await _plan_of(conn, subscription, invoice)
        payment_id = known.payment_id if known else None
        if invoice.charge is not None and payment_id is None:
            payment_id = await _settle(conn, subscription, plan, invoice, invoice.charge, actor=actor, now=now)
        elif _failed_anew(subscription, invoice, known.attempts if known else 0):
            await mails.owe_failure(conn, subscription, plan, invoice, now)
        await invoice_repository.store(conn, subscription, invoice, payment_id, now)
        if invoice.status == "paid":
            await _store_periods(conn, subscription, invoice)


async def _settle(
    conn: Connection,
    subscription: Subscription,
    plan: Plan,
    invoice: BilledInvoice,
    charge: Charged,
    *,
    actor: Actor,
    now: datetime,
) -> str:
    """Record what paid an invoice, and owe its confirmation; return the payment's id."""
    invoiced = Invoiced(
        processor_invoice_id=invoice.processor_invoice_id,
        account_id=subscription.account_id,
        price_id=plan.price_id,
        item_id=plan.item_id,
        item_name=plan.name,
        lines=[Line(line.description, line.money.amount, line.starts_at, line.ends_at) for line in invoice.lines],
        paid_at=invoice.paid_at or now,
    )
    payment = await record_invoiced(conn, invoiced, charge, actor=actor, now=now)
    await mails.owe_receipt(conn, subscription, plan, payment=payment, invoice=invoice, now=now)
    return payment.payment_id


def _failed_anew(subscription: Subscription, invoice: BilledInvoice, attempts_known: int) -> bool:
    """Tell an attempt that its owner has not heard of; whoever has cancelled is left in peace."""
    return (
        invoice.status == "open"
        and invoice.reason == mails.RENEWAL
        and invoice.attempts > attempts_known
        and subscription.is_live
        and not subscription.cancel_at_period_end
    )


async def _plan_of(conn: Connection, subscription: Subscription, invoice: BilledInvoice) -> Plan:
    """Return the plan that an invoice is for: that of its last line, which is a debit where a change has two."""
    named = [line.price_id for line in invoice.lines if line.price_id is not None and line.money.amount >= 0]
    found = await plan_repository.find(conn, named[-1]) if named else None
    return found or await plan_repository.get(conn, subscription.price_id)


async def _store_periods(conn: Connection, subscription: Subscription, invoice: BilledInvoice) -> None:
    for line in invoice.lines:
        if not line.proration and line.price_id is not None:
            await invoice_repository.store_period(
                conn, subscription.subscription_id, line, invoice.processor_invoice_id
            )
