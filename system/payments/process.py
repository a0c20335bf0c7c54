"""The path of one payment, in phases. Each is committed before the next begins, and none waits for the processor.

1. claim the key and record the intent    2. ask the processor    3. apply its answer, and answer the client

Whatever dies between two of them leaves a row that says how far it came; the sweep takes it from there.
"""

from datetime import datetime, timedelta

from system.accounts.models import Identity
from system.audit.service import Actor, record
from system.catalogue import service as catalogue
from system.catalogue.models import Offer
from system.context import System
from system.idempotency import service as idempotency
from system.idempotency.models import Answer, Scope
from system.idempotency.problems import IdempotencyInProgress
from system.kit.db import Connection
from system.kit.ids import new_id
from system.kit.money import EXPONENTS, Money
from system.kit.problems import InvalidRequest, Problem
from system.payments import customers, repository
from system.payments.answers import base_url, final_answer, open_answer
from system.payments.models import Payment
from system.payments.problems import AlreadyOwned, PaymentOpen, ProcessorUnavailable
from system.payments.schemas import Order
from system.payments.settlement import settle
from system.processor.port import Attempt, PaymentAnswer, Unavailable, Unknown
from system.settings import Settings

PAGE_OPEN_FOR = timedelta(hours=1)
"""How long the hosted page takes a card; the processor allows from half an hour to a day."""


async def process(system: System, identity: Identity, order: Order, scope: Scope) -> Answer:
    """Buy one thing once, and return what the client is told; asked again under the same key, the same."""
    if order.expected_currency not in EXPONENTS:
        raise InvalidRequest.field("body.expected_currency", "This is no currency that can be paid in.")
    opened = await _open(system, order, scope)
    if isinstance(opened, Answer):
        return opened
    payment = await _known_to_processor(system, identity, opened)
    return await _close(system, opened.payment_id, await _ask(system, payment), scope)


async def _ask(system: System, payment: Payment | Unavailable) -> PaymentAnswer:
    """Phase 2: no transaction is open, and whatever is answered has the effect of one request."""
    if isinstance(payment, Unavailable):
        return payment
    if payment.status != "processing":
        return Unknown("a sweep has closed this payment before it was sent")
    return await system.processor.charge(attempt_for(system.settings, payment))


async def _open(system: System, order: Order, scope: Scope) -> Payment | Answer:
    """Phase 1: from here on this request runs once. A refusal is remembered as faithfully as a purchase."""
    now = system.clock.now()
    payment_id = new_id("pay", now)
    async with system.db.transaction() as conn:
        held = await idempotency.claim(conn, scope, payment_id, now)
        if isinstance(held, idempotency.Open):
            return await _still_open(conn, system, held)
        if held is not None:
            return held
        try:
            offer = await catalogue.resolve(
                conn, order.price_id, seen=Money(order.expected_amount, order.expected_currency)
            )
            step = system.processor.step(offer.currency)
            assert offer.amount % step == 0, f"{offer.price_id} is no multiple of {step}, and could not be charged"
            payment = await _insert(conn, _intent(payment_id, scope.account_id, offer, order.payment_method, now))
        except Problem as refused:
            return await idempotency.refuse(conn, scope, payment_id, refused, now)
        await record(
            conn,
            actor=Actor(scope.account_id, scope.request_id),
            action="payment.opened",
            object_id=payment_id,
            now=now,
            details={"price_id": offer.price_id, "amount": offer.amount, "currency": offer.currency},
        )
        return payment


async def _still_open(conn: Connection, system: System, held: idempotency.Open) -> Answer:
    payment = await repository.find(conn, held.object_id)
    if payment is not None and payment.status == "uncertain":
        answer = open_answer(system.settings, payment)
        return Answer(answer.status, answer.body, answer.location, replayed=True)
    raise IdempotencyInProgress(
        "The first request with this key is still at work; ask again in a moment.", headers={"Retry-After": "1"}
    )


async def _insert(conn: Connection, intent: Payment) -> Payment:
    payment = await repository.insert(conn, intent)
    if payment is not None:
        return payment
    other = await repository.find_live_or_owned(conn, intent.account_id, intent.item_id)
    if other is not None and other.status == "succeeded":
        raise AlreadyOwned(f"You bought {other.item_name} already.", payment_id=other.payment_id)
    raise PaymentOpen(
        f"A payment for {intent.item_name} is under way; finish that one, or wait until it is over.",
        payment_id=other.payment_id if other else None,
        url=other.next_action_url if other else None,
    )


async def _known_to_processor(system: System, identity: Identity, payment: Payment) -> Payment | Unavailable:
    """Make sure that the processor knows the account, once for all of its payments."""
    if payment.processor_customer_id is not None:
        return payment
    created = await customers.create(system, identity, attempt_id=payment.payment_id)
    if isinstance(created, Unknown):
        return Unavailable(created.reason)
    async with system.db.transaction() as conn:
        await repository.store_customer(
            conn, account_id=identity.account_id, customer_id=created, now=system.clock.now()
        )
        return await repository.lock(conn, payment.payment_id)


async def _close(system: System, payment_id: str, answer: PaymentAnswer, scope: Scope) -> Answer:
    """Phase 3: the answer, the books, the right and the reply become true together."""
    now = system.clock.now()
    async with system.db.transaction() as conn:
        settled = await settle(conn, payment_id, answer, actor=Actor(scope.account_id, scope.request_id), now=now)
        if settled.failure_code != "processor_unavailable":
            final = final_answer(system.settings, settled, route=scope.route, request_id=scope.request_id)
            if final is None:
                return open_answer(system.settings, settled)
            return await idempotency.conclude(conn, payment_id, final, now)
        await idempotency.release(conn, payment_id)
    raise ProcessorUnavailable(
        "The card processor did not take the request, and nothing was charged; send it again with the same key.",
        retry_after_s=answer.retry_after_s if isinstance(answer, Unavailable) else 5,
    )


def attempt_for(settings: Settings, payment: Payment) -> Attempt:
    """Return what the processor is asked; the same for a payment whenever and by whomever it is asked."""
    assert payment.processor_customer_id is not None, "the customer is stored before anything is sent"
    base = base_url(settings)
    return Attempt(
        payment_id=payment.payment_id,
        account_id=payment.account_id,
        customer_id=payment.processor_customer_id,
        money=payment.money,
        description=payment.item_name,
        payment_method=payment.payment_method,
        return_url=f"{base}/payments/return?payment_id={payment.payment_id}",
        cancel_url=f"{base}/checkout/{payment.price_id}",
        expires_at=payment.created_at + PAGE_OPEN_FOR,
    )


def _intent(payment_id: str, account_id: str, offer: Offer, payment_method: str | None, now: datetime) -> Payment:
    return Payment(
        payment_id=payment_id,
        account_id=account_id,
        price_id=offer.price_id,
        item_id=offer.item_id,
        item_name=offer.name,
        repeatable=offer.repeatable,
        amount=offer.amount,
        currency=offer.currency,
        payment_method=payment_method,
        status="processing",
        refunded_amount=0,
        reserved_amount=0,
        next_action_url=None,
        failure_code=None,
        failure_message=None,
        processor_customer_id=None,
        processor_session_id=None,
        processor_payment_id=None,
        processor_charge_id=None,
        processor_balance_transaction_id=None,
        processor_invoice_id=None,
        captured_at=None,
        created_at=now,
        updated_at=now,
    )
