"""What an invoice of the processor was paid with, as a payment of ours: in the books, the history and the refunds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from system.audit.service import Actor, record
from system.invoicing import service as invoicing
from system.invoicing.models import Line
from system.kit.db import Connection
from system.kit.ids import new_id
from system.payments import repository
from system.payments.booking import book_capture
from system.payments.models import Payment
from system.processor.port import Charged


@dataclass(frozen=True, slots=True)
class Invoiced:
    """What was charged for: the invoice, whom it was sent to, and the price that its main line is of."""

    processor_invoice_id: str
    account_id: str
    price_id: str
    item_id: str
    item_name: str
    lines: Sequence[Line]
    paid_at: datetime


async def record_invoiced(
    conn: Connection, invoiced: Invoiced, charged: Charged, *, actor: Actor, now: datetime
) -> Payment:
    """Record the payment of an invoice, once; the caller holds the lock of what the invoice is for.

    The charge, the invoice and the PaymentIntent are each unique in the table: a second record is refused there.
    """
    intent = _intent(invoiced, charged, now)
    payment = await repository.insert(conn, intent)
    assert payment is not None, "what may be bought again has nothing in its way"
    payment = replace(
        payment,
        status="succeeded",
        processor_payment_id=charged.processor_payment_id,
        processor_charge_id=charged.charge_id,
        processor_balance_transaction_id=charged.movement.balance_transaction_id,
        captured_at=invoiced.paid_at,
    )
    await repository.update(conn, payment)
    await book_capture(conn, payment, charged, now)
    await invoicing.owe_invoice(
        conn,
        account_id=payment.account_id,
        payment_id=payment.payment_id,
        money=payment.money,
        lines=invoiced.lines,
        paid_with=charged.paid_with,
        paid_at=invoiced.paid_at,
        now=now,
    )
    details: dict[str, object] = {"invoice": invoiced.processor_invoice_id, "price_id": invoiced.price_id}
    await record(conn, actor=actor, action="payment.succeeded", object_id=payment.payment_id, now=now, details=details)
    return payment


def _intent(invoiced: Invoiced, charged: Charged, now: datetime) -> Payment:
    return Payment(
        payment_id=new_id("pay", now),
        account_id=invoiced.account_id,
        price_id=invoiced.price_id,
        item_id=invoiced.item_id,
        item_name=invoiced.item_name,
        repeatable=True,
        amount=charged.money.amount,
        currency=charged.money.currency,
        payment_method=None,
        status="processing",
        refunded_amount=0,
        reserved_amount=0,
        next_action_url=None,
        failure_code=None,
        failure_message=None,
        processor_customer_id=charged.customer_id,
        processor_session_id=None,
        processor_payment_id=None,
        processor_charge_id=None,
        processor_balance_transaction_id=None,
        processor_invoice_id=invoiced.processor_invoice_id,
        captured_at=None,
        created_at=now,
        updated_at=now,
    )
