"""Asking the processor what became of something: never assuming, and never with a transaction open."""

from collections.abc import Awaitable
from datetime import datetime, timedelta

from system.audit.service import Actor
from system.context import System
from system.kit.db import Connection
from system.payments import refund_repository, repository
from system.payments import refunds as refunding
from system.payments.models import Payment, Refund
from system.payments.process import attempt_for
from system.payments.refund_settlement import conclude_refund
from system.payments.settlement import answer_key, settle
from system.processor.port import Declined, PaymentAnswer, RefundAnswer, RefundRefused, Unavailable, Unknown

REPEATABLE_FOR = timedelta(hours=23)
"""The processor keeps idempotency keys for 24 hours: what it does not know may be asked for again until shortly before.

A request that is still on its way there is then done once, whichever of the two comes first.
"""

_NOT_CHARGED = Declined("not_charged", "The card processor never took this payment; nothing was charged.")
_NOT_REFUNDED = RefundRefused("not_refunded", "The card processor never took this refund; nothing was given back.")


async def refresh(system: System, payment_id: str, *, actor: Actor) -> Payment:
    """Bring a payment up to what the processor knows, and return it."""
    async with system.db.statement() as conn:
        payment = await repository.find(conn, payment_id)
    assert payment is not None, "whoever refreshes has read the payment's id from its row"
    if not payment.is_live or _in_hands(system, payment.status == "processing", payment.updated_at):
        return payment
    answer = await _ask(system, payment)
    async with system.db.transaction() as conn:
        return await conclude(conn, system, payment_id, answer, actor=actor)


async def conclude(
    conn: Connection, system: System, payment_id: str, answer: PaymentAnswer, *, actor: Actor
) -> Payment:
    """Settle a payment for somebody who is not the one who asked, and leave the answer on the asker's key."""
    now = system.clock.now()
    settled = await settle(conn, payment_id, answer, actor=actor, now=now)
    await answer_key(conn, system, settled, now)
    return settled


async def refresh_refund(system: System, refund_id: str, *, actor: Actor) -> None:
    """Bring a refund up to what the processor knows."""
    async with system.db.statement() as conn:
        refund = await refund_repository.find(conn, refund_id)
        assert refund is not None, "whoever refreshes has read the refund's id from its row"
        payment = await repository.find(conn, refund.payment_id)
    assert payment is not None, "a refund has a payment"
    answer = await _ask_refund(system, payment, refund)
    async with system.db.transaction() as conn:
        await conclude_refund(conn, system, refund, answer, actor=actor)


def _in_hands(system: System, begun: bool, updated_at: datetime) -> bool:  # noqa: FBT001 - one private caller
    """Tell what a living request is still at work on: whoever began it hears the answer first."""
    return begun and updated_at > system.clock.now() - timedelta(seconds=system.settings.uncertain_after_s)


async def _ask(system: System, payment: Payment) -> PaymentAnswer:
    if payment.processor_customer_id is None:
        # The customer is stored before anything is sent for it: this payment never left the house.
        return _NOT_CHARGED
    if payment.processor_session_id is not None:
        return _told(await system.processor.retrieve_session(payment.processor_session_id))
    if payment.processor_payment_id is not None:
        return _told(await system.processor.retrieve_payment(payment.processor_payment_id))
    return await _look_then_repeat(system, payment, payment.processor_customer_id)


async def _look_then_repeat(system: System, payment: Payment, customer_id: str) -> PaymentAnswer:
    """Only what the processor's list does not have is asked for again, under the same idempotency key.

    The key alone would do as long as the API key is the same: whether it outlives that, nobody promises.
    """

    def look() -> Awaitable[PaymentAnswer | None]:
        return system.processor.find_payment(payment_id=payment.payment_id, customer_id=customer_id)

    found = await look()
    if found is None and system.clock.now() - payment.created_at < REPEATABLE_FOR:
        again = await system.processor.charge(attempt_for(system.settings, payment))
        if not (isinstance(again, Unknown) and again.replayed):
            return _told(again)
        found = await look()
    return _NOT_CHARGED if found is None else _told(found)


async def _ask_refund(system: System, payment: Payment, refund: Refund) -> RefundAnswer:
    if refund.processor_refund_id is not None:
        return await system.processor.retrieve_refund(refund.processor_refund_id) or Unknown("no such refund")
    attempt = refunding.attempt_for(payment, refund)

    def look() -> Awaitable[RefundAnswer | None]:
        return system.processor.find_refund(
            refund_id=refund.refund_id, processor_payment_id=attempt.processor_payment_id
        )

    found = await look()
    if found is None and system.clock.now() - refund.created_at < REPEATABLE_FOR:
        again = await system.processor.refund(attempt)
        if isinstance(again, Unavailable):
            return Unknown(again.reason)
        if not (isinstance(again, Unknown) and again.replayed):
            return again
        found = await look()
    return _NOT_REFUNDED if found is None else found


def _told(answer: PaymentAnswer | None) -> PaymentAnswer:
    """Take a refusal to answer for what it is here: no news of the request that went before."""
    if answer is None:
        return Unknown("the processor knows no such payment")
    return Unknown(answer.reason) if isinstance(answer, Unavailable) else answer
