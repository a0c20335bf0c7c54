"""One answer of the processor, applied: state, books, rights, mail, audit and key, all in the caller's transaction.

The request that asked, a webhook, the buyer's return and the sweep all end here, in any order and any number.
"""

from dataclasses import replace
from datetime import datetime

from system.audit.service import Actor, record
from system.context import System
from system.entitlements import service as entitlements
from system.idempotency import service as idempotency
from system.idempotency.models import Answer
from system.invoicing import service as invoicing
from system.invoicing.models import Line
from system.kit.db import Connection
from system.notifications import service as notifications
from system.payments import repository, transitions
from system.payments.answers import final_answer
from system.payments.booking import book_capture
from system.payments.models import Payment
from system.processor.port import Charged, PaymentAnswer


async def settle(conn: Connection, payment_id: str, answer: PaymentAnswer, *, actor: Actor, now: datetime) -> Payment:
    """Apply an answer to a payment, once; return the payment as it is then.

    Raises ContradictionError when the answer cannot be true of it.
    """
    payment = await repository.lock(conn, payment_id)
    settled = transitions.apply(payment, answer)
    if settled is payment:
        return payment
    settled = replace(settled, updated_at=now, captured_at=now if settled.status == "succeeded" else None)
    details: dict[str, object] = {"from": payment.status, "to": settled.status, "failure_code": settled.failure_code}
    # Sent as one: none of these needs the reply to another, and every trip holds the payment's row for longer.
    async with conn.pipeline():
        await repository.update(conn, settled)
        if isinstance(answer, Charged):
            await _fulfil(conn, settled, answer, now)
        action = f"payment.{settled.status}"
        await record(conn, actor=actor, action=action, object_id=payment_id, now=now, details=details)
    return settled


async def _fulfil(conn: Connection, payment: Payment, charged: Charged, now: datetime) -> None:
    await book_capture(conn, payment, charged, now)
    await invoicing.owe_invoice(
        conn,
        account_id=payment.account_id,
        payment_id=payment.payment_id,
        money=payment.money,
        lines=(Line(payment.item_name, payment.amount),),
        paid_with=charged.paid_with,
        paid_at=now,
        now=now,
    )
    await entitlements.grant(
        conn, account_id=payment.account_id, item_id=payment.item_id, payment_id=payment.payment_id, now=now
    )
    await notifications.owe_receipt(
        conn,
        account_id=payment.account_id,
        payment_id=payment.payment_id,
        item_name=payment.item_name,
        money=payment.money,
        now=now,
    )


async def answer_key(conn: Connection, system: System, payment: Payment, now: datetime) -> Answer | None:
    """Store the outcome on the key that the payment was asked for with, if that request went without one."""
    held = await idempotency.asked_as(conn, payment.payment_id)
    if held is None or held.answered_at is not None:
        return held.answer if held else None
    final = final_answer(system.settings, payment, route=held.route, request_id=held.request_id)
    return await idempotency.conclude(conn, payment.payment_id, final, now) if final else None
