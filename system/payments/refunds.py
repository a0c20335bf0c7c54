"""Giving money back, in the phases of a payment: reserve, ask, apply."""

from datetime import datetime, timedelta

from system.accounts.models import Identity
from system.audit.service import Actor, record
from system.context import System
from system.idempotency import service as idempotency
from system.idempotency.models import Answer, Scope
from system.idempotency.problems import IdempotencyInProgress
from system.kit.db import Connection
from system.kit.ids import new_id
from system.kit.money import Money
from system.kit.problems import InvalidRequest, NotFound, Problem
from system.payments import dispute_repository, refund_repository, repository
from system.payments.answers import final_refund_answer, open_refund_answer
from system.payments.models import Payment, Refund
from system.payments.problems import NotRefundable, ProcessorUnavailable, RefundExceedsRemaining
from system.payments.refund_settlement import reserve, settle_refund
from system.payments.schemas import RefundOrder
from system.processor.port import RefundAnswer, RefundAttempt, Unavailable

WINDOW = timedelta(days=30)
"""From the capture, to the instant; the policy of the shop for courses."""


async def refund(system: System, identity: Identity, order: RefundOrder, scope: Scope) -> Answer:
    """Give back a payment or a part of it, once, and return what the client is told."""
    opened = await _open(system, identity, order, scope)
    if isinstance(opened, Answer):
        return opened
    attempt, reserved = opened
    answer = await system.processor.refund(attempt)
    return await _close(system, reserved, answer, scope)


async def _open(
    system: System, identity: Identity, order: RefundOrder, scope: Scope
) -> tuple[RefundAttempt, Refund] | Answer:
    """Phase 1: what is asked for is set aside, so that the sum of all refunds fits before any of them is sent."""
    now = system.clock.now()
    refund_id = new_id("rfd", now)
    async with system.db.transaction() as conn:
        held = await idempotency.claim(conn, scope, refund_id, now)
        if isinstance(held, idempotency.Open):
            return await _still_open(conn, held)
        if held is not None:
            return held
        payment = await _lock(conn, identity, order.payment_id)
        money = asked_for(payment, order, step=system.processor.step(payment.currency))
        try:
            if await dispute_repository.is_disputed(conn, payment.payment_id):
                raise NotRefundable("A bank has this payment's money after a complaint; what it decides counts.")
            judge(payment, money, now=now, may_override=identity.role == "admin" and order.note is not None)
        except Problem as refused:
            return await idempotency.refuse(conn, scope, refund_id, refused, now)
        intent = _intent(refund_id, payment, money, order, now=now, by=scope.account_id)
        await reserve(conn, payment, intent, now)
        details: dict[str, object] = {"payment_id": payment.payment_id, "amount": money.amount}
        await record(
            conn,
            actor=Actor(scope.account_id, scope.request_id),
            action="refund.opened",
            object_id=refund_id,
            now=now,
            # Somebody's words stand in the refund's own row: what is written here can never be taken back.
            details=details | {"reason": order.reason, "noted": order.note is not None},
        )
        return attempt_for(payment, intent), intent


async def _still_open(conn: Connection, held: idempotency.Open) -> Answer:
    found = await refund_repository.find(conn, held.object_id)
    if found is not None and found.status == "uncertain":
        answer = open_refund_answer(found)
        return Answer(answer.status, answer.body, answer.location, replayed=True)
    raise IdempotencyInProgress(
        "The first request with this key is still at work; ask again in a moment.", headers={"Retry-After": "1"}
    )


async def _lock(conn: Connection, identity: Identity, payment_id: str) -> Payment:
    owner = None if identity.role == "admin" else identity.account_id
    if await repository.find(conn, payment_id, account_id=owner) is None:
        raise NotFound(f"You have no payment {payment_id}; your payments are listed at /api/payments/history.")
    return await repository.lock(conn, payment_id)


def asked_for(payment: Payment, order: RefundOrder, *, step: int) -> Money:
    """Return the amount that is meant; InvalidRequest when no state of the payment could make it right."""
    if order.currency not in (None, payment.currency):
        raise InvalidRequest.field("body.currency", f"The payment was made in {payment.currency}.")
    if order.amount is None:
        return Money(payment.refundable_amount or payment.amount, payment.currency)
    if order.amount > payment.amount:
        raise InvalidRequest.field("body.amount", f"The payment was of {payment.amount} only.")
    if order.amount % step:
        raise InvalidRequest.field("body.amount", f"Amounts in {payment.currency} are multiples of {step}.")
    return Money(order.amount, payment.currency)


def judge(payment: Payment, money: Money, *, now: datetime, may_override: bool) -> None:
    """Refuse what is not to be given back: nothing paid, more than is left, or too late."""
    if payment.status != "succeeded" or payment.captured_at is None:
        raise NotRefundable(f"The payment is {payment.status}; only one that succeeded can be refunded.")
    if money.amount > payment.refundable_amount:
        left = Money(payment.refundable_amount, payment.currency)
        raise RefundExceedsRemaining(
            f"{left} of this payment can still be refunded.", refundable_amount=payment.refundable_amount
        )
    if payment.processor_invoice_id is not None and not may_override:
        raise NotRefundable(
            "A subscription charged this. Cancel it at once with a refund of the time that is left; "
            "an admin may give back more and says why in `note`."
        )
    if now > payment.captured_at + WINDOW and not may_override:
        raise NotRefundable(
            f"Payments can be refunded for {WINDOW.days} days. An admin may do it later and says why in `note`."
        )


async def _close(system: System, reserved: Refund, answer: RefundAnswer, scope: Scope) -> Answer:
    """Phase 3: state, reservation, books and reply become true together."""
    now = system.clock.now()
    async with system.db.transaction() as conn:
        settled = await settle_refund(conn, reserved, answer, actor=Actor(scope.account_id, scope.request_id), now=now)
        if settled.failure_code != "processor_unavailable":
            final = final_refund_answer(settled, route=scope.route, request_id=scope.request_id)
            if final is None:
                return open_refund_answer(settled)
            return await idempotency.conclude(conn, settled.refund_id, final, now)
        await idempotency.release(conn, settled.refund_id)
    raise ProcessorUnavailable(
        "The card processor did not take the request, and nothing was given back; send it again with the same key.",
        retry_after_s=answer.retry_after_s if isinstance(answer, Unavailable) else 5,
    )


def attempt_for(payment: Payment, refund: Refund) -> RefundAttempt:
    """Return what the processor is asked; the same for a refund whenever it is asked."""
    assert payment.processor_payment_id is not None, "a payment that succeeded has its processor's id"
    return RefundAttempt(
        refund_id=refund.refund_id,
        payment_id=payment.payment_id,
        processor_payment_id=payment.processor_payment_id,
        money=refund.money,
        reason=refund.reason,
    )


def _intent(refund_id: str, payment: Payment, money: Money, order: RefundOrder, *, now: datetime, by: str) -> Refund:
    return Refund(
        refund_id=refund_id,
        payment_id=payment.payment_id,
        account_id=payment.account_id,
        amount=money.amount,
        currency=money.currency,
        reason=order.reason,
        note=order.note,
        requested_by=by,
        status="pending",
        failure_code=None,
        processor_refund_id=None,
        processor_balance_transaction_id=None,
        created_at=now,
        updated_at=now,
    )
