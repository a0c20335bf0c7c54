"""One answer about a refund, applied: reservation, books, rights, mail, audit and key, in the caller's transaction."""

from dataclasses import replace
from datetime import datetime

from system.audit.service import Actor, record
from system.context import System
from system.entitlements import service as entitlements
from system.idempotency import service as idempotency
from system.idempotency.models import Answer
from system.invoicing import service as invoicing
from system.kit.db import Connection
from system.kit.ids import new_id
from system.kit.money import Money
from system.ledger import entries
from system.ledger import service as ledger
from system.notifications import service as notifications
from system.payments import refund_repository, repository, transitions
from system.payments.answers import final_refund_answer
from system.payments.models import Payment, Refund
from system.processor.port import Movement, RefundAnswer, Refunded


async def settle_refund(
    conn: Connection, refund: Refund, answer: RefundAnswer, *, actor: Actor, now: datetime
) -> Refund:
    """Apply an answer to a refund, once; return the refund as it is then.

    The payment's row is the lock of all of its refunds. Raises ContradictionError when the answer cannot be true.
    """
    payment = await repository.lock(conn, refund.payment_id)
    before = await refund_repository.find(conn, refund.refund_id)
    assert before is not None, "refunds are never deleted"
    after = transitions.apply_to_refund(before, answer)
    if isinstance(answer, Refunded):
        await _book(conn, payment, answer, now)
    if after == before:
        return before
    after = replace(after, updated_at=now)
    await refund_repository.update(conn, after)
    if after.status != before.status:
        await _follow(conn, payment, before, after, now)
        await record(
            conn,
            actor=actor,
            action=f"refund.{after.status}",
            object_id=refund.refund_id,
            now=now,
            details={"payment_id": payment.payment_id, "from": before.status, "to": after.status},
        )
    return after


async def settle_reported(
    conn: Connection, system: System, payment_id: str, answer: Refunded, *, actor: Actor
) -> Refund:
    """Settle a refund that the processor tells of, ours or not: one that nobody here asked for is adopted first."""
    payment = await repository.lock(conn, payment_id)
    refund = await refund_repository.find_by_processor_id(conn, answer.processor_refund_id)
    if refund is None and answer.our_refund_id is not None:
        refund = await refund_repository.find(conn, answer.our_refund_id)
    if refund is None or refund.payment_id != payment_id:
        refund = await _adopt(conn, payment, answer, system.clock.now())
    return await conclude_refund(conn, system, refund, answer, actor=actor)


async def _adopt(conn: Connection, payment: Payment, answer: Refunded, now: datetime) -> Refund:
    """Record a refund that was made at the processor's own desk, on a payment that is locked."""
    refund = Refund(
        refund_id=new_id("rfd", now),
        payment_id=payment.payment_id,
        account_id=payment.account_id,
        amount=answer.money.amount,
        currency=answer.money.currency,
        reason=None,
        note=None,
        requested_by=None,
        status="pending",
        failure_code=None,
        processor_refund_id=answer.processor_refund_id,
        processor_balance_transaction_id=None,
        created_at=now,
        updated_at=now,
    )
    await reserve(conn, payment, refund, now)
    return refund


async def reserve(conn: Connection, payment: Payment, refund: Refund, now: datetime) -> None:
    """Set the amount aside before anybody asks for it; the table refuses more than was paid."""
    reserved = payment.reserved_amount + refund.amount
    await repository.update(conn, replace(payment, reserved_amount=reserved, updated_at=now))
    await refund_repository.insert(conn, refund)


async def answer_refund_key(conn: Connection, refund: Refund, now: datetime) -> Answer | None:
    """Store the outcome on the key that the refund was asked for with, if that request went without one."""
    held = await idempotency.asked_as(conn, refund.refund_id)
    if held is None or held.answered_at is not None:
        return held.answer if held else None
    final = final_refund_answer(refund, route=held.route, request_id=held.request_id)
    return await idempotency.conclude(conn, refund.refund_id, final, now) if final else None


async def _book(conn: Connection, payment: Payment, answer: Refunded, now: datetime) -> None:
    """Book what moved: each movement has its own key, so that it does not matter how often or in what order we hear."""
    if answer.movement is not None:
        out = _out(answer.movement)
        entry = entries.refund(
            answer.processor_refund_id,
            returned=answer.money,
            gross=out.gross,
            fee=out.fee,
            net=out.net,
            now=now,
            revenue=payment.revenue,
        )
        await ledger.post(conn, entry)
    if answer.returned is not None:
        back = answer.returned
        fee = back.net - back.gross
        entry = entries.refund_failure(
            answer.processor_refund_id,
            returned=answer.money,
            gross=back.gross,
            fee=fee,
            net=back.net,
            now=now,
            revenue=payment.revenue,
        )
        await ledger.post(conn, entry)


def _out(movement: Movement) -> Movement:
    """Turn around what the processor's books show as negative."""
    zero = Money(0, movement.net.currency)
    return replace(movement, gross=zero - movement.gross, net=zero - movement.net)


async def _follow(conn: Connection, payment: Payment, before: Refund, after: Refund, now: datetime) -> None:
    """Bring the payment's sums and the buyer's right in line with a refund that has changed its state."""
    gained = after.amount * ((after.status == "succeeded") - (before.status == "succeeded"))
    freed = after.amount if after.status == "failed" else 0
    refunded = payment.refunded_amount + gained
    reserved = payment.reserved_amount - freed
    await repository.update(conn, replace(payment, refunded_amount=refunded, reserved_amount=reserved, updated_at=now))
    if gained:
        await invoicing.owe_note(
            conn,
            "credit_note" if gained > 0 else "debit_note",
            account_id=payment.account_id,
            payment_id=payment.payment_id,
            refund_id=after.refund_id,
            item_name=payment.item_name,
            money=after.money,
            now=now,
        )
    if refunded == payment.amount:
        await entitlements.revoke(conn, payment_id=payment.payment_id, because=after.refund_id, now=now)
    if gained < 0:
        await entitlements.restore(conn, payment_id=payment.payment_id, because=after.refund_id)
    if after.status == "succeeded":
        await notifications.owe_refund_notice(
            conn,
            account_id=payment.account_id,
            payment_id=payment.payment_id,
            refund_id=after.refund_id,
            item_name=payment.item_name,
            money=after.money,
            now=now,
        )


async def conclude_refund(
    conn: Connection, system: System, refund: Refund, answer: RefundAnswer, *, actor: Actor
) -> Refund:
    """Settle a refund for somebody who is not the one who asked, and leave the answer on the asker's key."""
    now = system.clock.now()
    settled = await settle_refund(conn, refund, answer, actor=actor, now=now)
    await answer_refund_key(conn, settled, now)
    return settled
