"""How a subscription begins, in phases. Each is committed before the next begins, and none waits for the processor.

1. claim the key and the account's one place    2. ask the processor    3. read what it has become, and answer

Whatever dies between two of them leaves a row in `opening`; the sweep looks for it, and asks again under the same key.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from system.accounts.models import Identity
from system.audit.service import Actor, record
from system.catalogue.problems import PriceChanged, PriceNotFound
from system.context import System
from system.idempotency import service as idempotency
from system.idempotency.models import Answer, Scope
from system.idempotency.problems import IdempotencyInProgress
from system.kit.db import Connection
from system.kit.ids import new_id
from system.kit.problems import InvalidRequest, Problem
from system.payments import customers
from system.payments.answers import base_url
from system.payments.problems import ProcessorUnavailable
from system.processor.billing import BilledSubscription, BillingAnswer, Card, SubscriptionOrder
from system.processor.port import ActionRequired, Declined, Unavailable, Unknown
from system.settings import Settings
from system.subscriptions import pages, plan_repository, repository, schemas, states, syncing, trials
from system.subscriptions.answers import ACCEPTED, beginning, told
from system.subscriptions.models import Plan, Subscription
from system.subscriptions.pages import PageInTheWayError
from system.subscriptions.problems import NotAPlan, SubscriptionExists, TrialUsed
from system.subscriptions.views import view_of

PAGE_OPEN_FOR = timedelta(hours=1)
"""How long the hosted page takes a card; the processor allows from half an hour to a day."""


async def subscribe(system: System, identity: Identity, order: schemas.SubscriptionOrder, scope: Scope) -> Answer:
    """Subscribe once, and return what the client is told; asked again under the same key, the same."""
    card = await _card_of(system, order)
    try:
        opened = await _open(system, identity, order, card, scope)
    except PageInTheWayError as other:
        # It is given up with no transaction open; what was claimed for this request has gone with it.
        await pages.give_up(system, other.subscription_id, actor=Actor(scope.account_id, scope.request_id))
        opened = await _open(system, identity, order, card, scope, gave_up=True)
    if isinstance(opened, Answer):
        return opened
    answer = await _ask(system, identity, opened)
    return await _close(system, opened.subscription_id, answer, scope)


async def _card_of(system: System, order: schemas.SubscriptionOrder) -> Card | None:
    """Read the card that a trial would be had with; it is one of the three things that a person is known again by."""
    if not order.trial or order.payment_method is None:
        return None
    found = await system.processor.retrieve_card(order.payment_method)
    return found if isinstance(found, Card) else None


async def _open(
    system: System,
    identity: Identity,
    order: schemas.SubscriptionOrder,
    card: Card | None,
    scope: Scope,
    *,
    gave_up: bool = False,
) -> Subscription | Answer:
    """Phase 1: from here on this request runs once, and no other of this account begins.

    PageInTheWayError, with nothing claimed, if the account's place is held by a page for something else. A request that
    gave one up finds another one only when two compete, and gives way.
    """
    now = system.clock.now()
    subscription_id = new_id("sbn", now)
    async with system.db.transaction() as conn:
        held = await idempotency.claim(conn, scope, subscription_id, now)
        if isinstance(held, idempotency.Open):
            return await _still_open(conn, system, held, scope)
        if held is not None:
            return held
        try:
            # Within the claim: what is refused leaves no row, and the refusal itself stays.
            async with conn.transaction():
                plan = await _plan_seen(conn, order)
                intent = _intent(subscription_id, identity.account_id, plan, order, now)
                await _insert(conn, identity, intent, card, now, gave_up=gave_up)
        except Problem as refused:
            return await idempotency.refuse(conn, scope, subscription_id, refused, now)
        details: dict[str, object] = {"price_id": plan.price_id, "amount": plan.amount, "currency": plan.currency}
        actor = Actor(scope.account_id, scope.request_id)
        await record(
            conn, actor=actor, action="subscription.opened", object_id=subscription_id, now=now, details=details
        )
        return intent


async def _still_open(conn: Connection, system: System, held: idempotency.Open, scope: Scope) -> Answer:
    """Answer for a first request that never did; one that is still at work is waited for."""
    subscription = await repository.get(conn, held.object_id)
    if syncing.in_hands(system, subscription) or syncing.is_ending(system, subscription):
        raise IdempotencyInProgress(
            "The first request with this key is still at work; ask again in a moment.", headers={"Retry-After": "1"}
        )
    view = await view_of(conn, subscription)
    final = beginning(view, route=scope.route, request_id=scope.request_id)
    if final is None:
        return replace(told(view, ACCEPTED), replayed=True)
    return await idempotency.conclude(conn, subscription.subscription_id, final, system.clock.now())


async def _plan_seen(conn: Connection, order: schemas.SubscriptionOrder) -> Plan:
    """Return the plan that the reader saw; refuse it when it costs something else by now."""
    plan = await plan_repository.find(conn, order.price_id)
    if plan is None:
        raise NotAPlan(f"{order.price_id} is no price of a plan; the plans are at /api/subscriptions/pricing.")
    if not plan.current:
        replaced = await plan_repository.current(conn, plan.item_id)
        if replaced is None:
            raise PriceNotFound(f"{plan.name} is no longer sold.")
        raise _changed(replaced)
    if (plan.amount, plan.currency) != (order.expected_amount, order.expected_currency):
        raise _changed(plan)
    if order.trial and not plan.trial_days:
        raise InvalidRequest.field("body.trial", f"{plan.name} has no trial.")
    return plan


def _changed(plan: Plan) -> PriceChanged:
    return PriceChanged(
        f"{plan.name} costs {plan.money} now ({plan.price_id}); show that to the reader and ask again.",
        price_id=plan.price_id,
        amount=plan.amount,
        currency=plan.currency,
    )


async def _insert(
    conn: Connection, identity: Identity, intent: Subscription, card: Card | None, now: datetime, *, gave_up: bool
) -> None:
    if not await repository.insert(conn, intent):
        other = await repository.find_live(conn, identity.account_id)
        if other is not None and not gave_up and pages.stands_in_the_way(other, intent):
            raise PageInTheWayError(other.subscription_id)
        raise SubscriptionExists(
            "An account has one subscription; change that one, or finish what you began.",
            subscription_id=other.subscription_id if other else None,
            subscription_status=other.status if other else None,
            url=other.next_action_url if other else None,
        )
    fingerprint = card.fingerprint if card else None
    if intent.trial_days and not await trials.claim(conn, intent, email=identity.email, card=fingerprint, now=now):
        raise TrialUsed("Your trial was had before, with this account, mailbox or card; subscribe without `trial`.")


async def _ask(system: System, identity: Identity, subscription: Subscription) -> BillingAnswer | ActionRequired:
    """Phase 2: no transaction is open, and whatever is answered has the effect of one request."""
    customer = await customers.ensure(system, identity, attempt_id=subscription.subscription_id)
    if isinstance(customer, Unavailable):
        return customer
    async with system.db.transaction() as conn:
        await repository.name_customer(conn, subscription.subscription_id, customer)
        plan = await plan_repository.get(conn, subscription.price_id)
    return await ask(system, replace(subscription, processor_customer_id=customer), plan)


async def ask(system: System, subscription: Subscription, plan: Plan) -> BillingAnswer | ActionRequired:
    """Ask the processor to begin; asking again with the same subscription has the effect of asking once."""
    order = order_for(system.settings, subscription, plan)
    if order.payment_method is None:
        return await system.processor.open_subscription_page(order)
    return await system.processor.create_subscription(order)


async def _close(system: System, subscription_id: str, answer: BillingAnswer | ActionRequired, scope: Scope) -> Answer:
    """Phase 3: what the processor made of it, and the reply."""
    settled = await settle(system, subscription_id, answer, actor=Actor(scope.account_id, scope.request_id))
    async with system.db.transaction() as conn:
        if settled.failure_code != "processor_unavailable":
            view = await view_of(conn, settled)
            final = beginning(view, route=scope.route, request_id=scope.request_id)
            if final is None:
                return told(view, ACCEPTED)
            return await idempotency.conclude(conn, subscription_id, final, system.clock.now())
        await idempotency.release(conn, subscription_id)
    raise ProcessorUnavailable(
        "The card processor did not take the request, and nothing was charged; send it again with the same key.",
        retry_after_s=answer.retry_after_s if isinstance(answer, Unavailable) else 5,
    )


async def settle(
    system: System, subscription_id: str, answer: BillingAnswer | ActionRequired, *, actor: Actor
) -> Subscription:
    """Bring the subscription to what the processor's answer makes of it; an unknown one leaves it `opening`."""
    match answer:
        case BilledSubscription():
            return await _settle_begun(system, subscription_id, answer, actor=actor)
        case ActionRequired():
            return await _write(system, subscription_id, lambda before, now: states.applied(before, answer, now))
        case Declined():
            return await _give_up(system, subscription_id, answer.code, answer.message)
        case Unavailable():
            message = "The card processor did not take the request; nothing was charged."
            return await _give_up(system, subscription_id, "processor_unavailable", message)
        case Unknown():
            async with system.db.statement() as conn:
                return await repository.get(conn, subscription_id)


async def _settle_begun(
    system: System, subscription_id: str, billed: BilledSubscription, *, actor: Actor
) -> Subscription:
    """Read what has begun; a first card that was declined ends it, so that another can be tried at once."""
    theirs = billed.processor_subscription_id
    async with system.db.transaction() as conn:
        await repository.name_processor_id(conn, subscription_id, theirs)
    begun = await syncing.sync(system, subscription_id, actor=actor)
    if begun.status != "incomplete" or begun.failure_code is None:
        return begun
    await system.processor.cancel_now(theirs, key=f"declined:{subscription_id}")
    return await syncing.sync(system, subscription_id, actor=actor)


async def _give_up(system: System, subscription_id: str, code: str, message: str) -> Subscription:
    def given_up(before: Subscription, now: datetime) -> Subscription:
        # An answer speaks for one request; an earlier one may be through, and then the processor's word counts.
        begun = before.processor_subscription_id or before.processor_session_id
        return before if begun else states.ended(before, "canceled", code, message, now)

    return await _write(system, subscription_id, given_up)


async def _write(
    system: System, subscription_id: str, change: Callable[[Subscription, datetime], Subscription]
) -> Subscription:
    now = system.clock.now()
    async with system.db.transaction() as conn:
        before = await repository.lock(conn, subscription_id)
        after = replace(change(before, now), version=before.version + 1, updated_at=now)
        await repository.update(conn, after)
        if before.is_live and not after.is_live:
            await trials.release(conn, subscription_id)
    return after


def order_for(settings: Settings, subscription: Subscription, plan: Plan) -> SubscriptionOrder:
    """Return what the processor is asked; the same for a subscription whenever and by whomever it is asked."""
    assert subscription.processor_customer_id is not None, "the customer is stored before anything is sent"
    base = base_url(settings)
    return SubscriptionOrder(
        subscription_id=subscription.subscription_id,
        account_id=subscription.account_id,
        customer_id=subscription.processor_customer_id,
        price=plan.billed,
        payment_method=subscription.payment_method,
        trial_days=subscription.trial_days,
        return_url=f"{base}/subscription/return",
        cancel_url=f"{base}/pricing",
        expires_at=subscription.created_at + PAGE_OPEN_FOR,
    )


def _intent(
    subscription_id: str, account_id: str, plan: Plan, order: schemas.SubscriptionOrder, now: datetime
) -> Subscription:
    return Subscription(
        subscription_id=subscription_id,
        account_id=account_id,
        price_id=plan.price_id,
        payment_method=order.payment_method,
        trial_days=plan.trial_days if order.trial else 0,
        status="opening",
        processor_customer_id=None,
        processor_subscription_id=None,
        processor_session_id=None,
        next_action_url=None,
        failure_code=None,
        failure_message=None,
        period_start=None,
        period_end=None,
        anchor=None,
        trial_end=None,
        cancel_at_period_end=False,
        canceled_at=None,
        ended_at=None,
        past_due_at=None,
        pending_price_id=None,
        scheduled_price_id=None,
        scheduled_at=None,
        card_brand=None,
        card_last4=None,
        card_expires=None,
        open_invoice_id=None,
        payment_id=None,
        version=0,
        created_at=now,
        updated_at=now,
    )
