"""The rest of a paid period, given back when a subscription is cancelled at once and its owner asks for it."""

from datetime import datetime

from system.audit.service import Actor
from system.context import System
from system.kit.db import Connection
from system.kit.ids import new_id
from system.kit.money import Money
from system.payments import refund_repository
from system.payments import repository as payments
from system.payments.inquiry import refresh_refund
from system.payments.models import Payment, Refund
from system.payments.refund_settlement import reserve
from system.subscriptions import change_repository, invoice_repository, plan_repository, repository
from system.subscriptions.models import Change, Subscription
from system.subscriptions.proration import unused


async def reserve_unused(conn: Connection, system: System, change: Change) -> None:
    """Set aside what is left of the period, from the latest payment back; the caller has just ended the change.

    It is the credit of an exchange for nothing (monetization rule P1): what the period was paid at, for the time that
    is left of it, to the second. A pause has stopped the time.
    """
    subscription = await repository.get(conn, change.subscription_id)
    left = await _left(conn, subscription, stopped=subscription.ended_at)
    for payment in await invoice_repository.list_payments(conn, change.subscription_id):
        if left <= 0:
            return
        locked = await payments.lock(conn, payment)
        part = min(left, locked.refundable_amount)
        if part > 0:
            await reserve(conn, locked, _intent(locked, part, change, system.clock.now()), system.clock.now())
            left -= part


async def would_return(conn: Connection, subscription: Subscription, now: datetime) -> Money:
    """Return what a cancellation with a refund would give back at this instant; it is less with every second."""
    plan = await plan_repository.get(conn, subscription.price_id)
    left = await _left(conn, subscription, stopped=now)
    paid = await invoice_repository.refundable(conn, subscription.subscription_id)
    return Money(max(0, min(left, paid)), plan.currency)


async def _left(conn: Connection, subscription: Subscription, *, stopped: datetime | None) -> int:
    """Return the worth of the time after `stopped`, or after the pause that came first."""
    start, end = subscription.period_start, subscription.period_end
    stopped = await change_repository.paused_since(conn, subscription.subscription_id) or stopped
    if start is None or end is None or stopped is None or subscription.past_due_at is not None:
        return 0
    plan = await plan_repository.get(conn, subscription.price_id)
    return unused(plan.money, start=start, end=end, at=stopped).amount


def _intent(payment: Payment, amount: int, change: Change, now: datetime) -> Refund:
    return Refund(
        refund_id=new_id("rfd", now),
        payment_id=payment.payment_id,
        account_id=payment.account_id,
        amount=Money(amount, payment.currency).amount,
        currency=payment.currency,
        reason="requested_by_customer",
        note=f"Unused time, {change.change_id}",
        requested_by=change.account_id,
        status="pending",
        failure_code=None,
        processor_refund_id=None,
        processor_balance_transaction_id=None,
        created_at=now,
        updated_at=now,
    )


async def send(system: System, subscription_id: str, *, actor: Actor) -> None:
    """Ask for the refunds that are set aside; what dies here is asked for by the sweep of refunds."""
    async with system.db.statement() as conn:
        waiting = [
            refund.refund_id
            for payment_id in await invoice_repository.list_payments(conn, subscription_id)
            for refund in await refund_repository.list_of_payment(conn, payment_id)
            if refund.status == "pending" and refund.processor_refund_id is None
        ]
    for refund_id in waiting:
        await refresh_refund(system, refund_id, actor=actor)
