"""What the owner of a subscription may ask of it, in phases: claim and record, ask the processor, read what it became.

Whatever dies between two of them leaves a change in `asked`; the sweep asks again, under the same key.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from system.accounts.models import Identity
from system.audit.service import Actor, record
from system.context import System
from system.idempotency import service as idempotency
from system.idempotency.models import Answer, Scope
from system.idempotency.problems import IdempotencyInProgress
from system.kit.db import Connection
from system.kit.ids import new_id
from system.kit.problems import Problem
from system.payments.problems import ProcessorUnavailable
from system.processor.billing import BilledSubscription, BillingAnswer
from system.processor.port import Declined, Unavailable, Unknown
from system.subscriptions import change_repository, plan_repository, quoting, refunding, repository, syncing
from system.subscriptions.answers import ACCEPTED, changed, told
from system.subscriptions.asking import ask
from system.subscriptions.models import Change, ChangeKind, Plan, Quote, Subscription
from system.subscriptions.problems import ChangeOpen, ChangeRefused
from system.subscriptions.views import view_of


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `kind` is None where a quote decides it."""

    kind: ChangeKind | None
    quote_id: str | None = None
    payment_method: str | None = None
    refund: bool = False


async def change(system: System, identity: Identity, wish: Wish, scope: Scope) -> Answer:
    """Change a subscription once, and return what the client is told; asked again under the same key, the same."""
    opened = await _open(system, identity, wish, scope)
    if isinstance(opened, Answer):
        return opened
    actor = Actor(scope.account_id, scope.request_id)
    answer = await ask_for(system, opened)
    settled = await settle(system, opened, answer, actor=actor)
    return await _close(system, settled, scope)


async def _open(system: System, identity: Identity, wish: Wish, scope: Scope) -> Change | Answer:
    """Phase 1: from here on this request runs once, and nothing else is asked of the subscription."""
    now = system.clock.now()
    change_id = new_id("chg", now)
    async with system.db.transaction() as conn:
        held = await idempotency.claim(conn, scope, change_id, now)
        if isinstance(held, idempotency.Open):
            return await _still_open(conn, system, held, scope)
        if held is not None:
            return held
        try:
            subscription = await quoting.live(conn, identity.account_id)
            subscription = await repository.lock(conn, subscription.subscription_id)
            intent = await _judged(conn, subscription, wish, change_id, now)
        except Problem as refused:
            return await idempotency.refuse(conn, scope, change_id, refused, now)
        if not await change_repository.insert(conn, intent):
            raise ChangeOpen("Something else is being asked of your subscription; try again in a moment.")
        details: dict[str, object] = {"kind": intent.kind, "quote_id": intent.quote_id, "refund": intent.refund}
        await record(
            conn,
            actor=Actor(scope.account_id, scope.request_id),
            action="subscription.change_asked",
            object_id=subscription.subscription_id,
            now=now,
            details=details,
        )
        return intent


async def _still_open(conn: Connection, system: System, held: idempotency.Open, scope: Scope) -> Answer:
    """Answer for a first request that never did; one that is still at work is waited for."""
    known = await change_repository.get(conn, held.object_id)
    if known.status == "asked":
        raise IdempotencyInProgress(
            "The first request with this key is still at work; ask again in a moment.", headers={"Retry-After": "1"}
        )
    view = await view_of(conn, await repository.get(conn, known.subscription_id))
    final = changed(known, view, route=scope.route, request_id=scope.request_id)
    assert final is not None, "a change that is over has an answer"
    return await idempotency.conclude(conn, known.change_id, final, system.clock.now())


async def _judged(conn: Connection, subscription: Subscription, wish: Wish, change_id: str, now: datetime) -> Change:
    """Return the change that a wish means in this state of the subscription; a Problem if it means none."""
    kind = wish.kind
    if wish.quote_id is not None:
        quote = await quoting.take(conn, subscription, wish.quote_id, now)
        quoting.judge(subscription, await plan_repository.get(conn, quote.price_id), quote.kind)
        kind = quote.kind
    assert kind is not None, "a wish has a kind or a quote"
    if kind == "cancel" and subscription.status in ("past_due", "unpaid", "paused", "incomplete"):
        # With nothing paid ahead there is no period to wait for: waiting would be free time, or more attempts.
        kind = "cancel_now"
    _judge(subscription, kind)
    return Change(
        change_id=change_id,
        subscription_id=subscription.subscription_id,
        account_id=subscription.account_id,
        kind=kind,
        quote_id=wish.quote_id,
        payment_method=wish.payment_method,
        refund=wish.refund and kind == "cancel_now",
        status="asked",
        failure_code=None,
        failure_message=None,
        created_at=now,
        updated_at=now,
    )


_NEEDS: dict[ChangeKind, tuple[frozenset[str], str]] = {
    "cancel": (frozenset({"active", "trialing"}), "Only a running subscription can end with its period."),
    "uncancel": (frozenset({"active", "trialing"}), "There is no end to take back."),
    "pause": (frozenset({"active"}), "Only an active subscription can be paused."),
    "resume": (frozenset({"paused"}), "Only a paused subscription can be resumed."),
    "keep_plan": (frozenset({"active", "trialing"}), "There is no change to take back."),
}
"""Which states a change is possible in, and what is said in the others."""


def _judge(subscription: Subscription, kind: ChangeKind) -> None:
    states, otherwise = _NEEDS.get(kind, (None, ""))
    if subscription.processor_subscription_id is None:
        raise ChangeRefused(
            "The subscription has not begun; finish its page or let it pass.", url=subscription.next_action_url
        )
    if states is not None and subscription.status not in states:
        raise ChangeRefused(f"{otherwise} Yours is {subscription.status}.")
    if kind == "cancel" and subscription.cancel_at_period_end:
        raise ChangeRefused("It ends with this period already.")
    if kind == "uncancel" and not subscription.cancel_at_period_end:
        raise ChangeRefused(otherwise)
    if kind == "keep_plan" and subscription.scheduled_price_id is None:
        raise ChangeRefused(otherwise)
    if kind == "pause" and (subscription.cancel_at_period_end or subscription.scheduled_price_id is not None):
        raise ChangeRefused("Take back the end or the change of plan that is to come; then it can be paused.")


async def ask_for(system: System, change: Change) -> BillingAnswer:
    """Phase 2: no transaction is open; asking again for the same change has the effect of asking once."""
    async with system.db.statement() as conn:
        subscription = await repository.get(conn, change.subscription_id)
        quote, plan = await _quoted(conn, change)
    return await ask(system.processor, change, subscription, quote, plan)


async def _quoted(conn: Connection, change: Change) -> tuple[Quote | None, Plan | None]:
    if change.quote_id is None:
        return None, None
    quote = await change_repository.find_quote(conn, change.quote_id, account_id=change.account_id)
    assert quote is not None, "quotes are never deleted"
    return quote, await plan_repository.get(conn, quote.price_id)


async def settle(system: System, change: Change, answer: BillingAnswer, *, actor: Actor) -> Change:
    """Bring the subscription to what has become of it, and the change to its end; an unknown answer leaves both."""
    if isinstance(answer, Unknown):
        return change
    if isinstance(answer, BilledSubscription | Declined):
        await syncing.sync(system, change.subscription_id, actor=actor)
    ended = _ended(change, answer, system.clock.now())
    async with system.db.transaction() as conn:
        if await change_repository.conclude(conn, ended) and ended.status == "done" and ended.refund:
            await refunding.reserve_unused(conn, system, ended)
    if ended.refund:
        await refunding.send(system, ended.subscription_id, actor=actor)
    return ended


def _ended(change: Change, answer: BillingAnswer, now: datetime) -> Change:
    match answer:
        case Declined():
            return replace(
                change, status="refused", failure_code=answer.code, failure_message=answer.message, updated_at=now
            )
        case Unavailable():
            return replace(change, status="refused", failure_code="processor_unavailable", updated_at=now)
        case _:
            return replace(change, status="done", updated_at=now)


async def _close(system: System, settled: Change, scope: Scope) -> Answer:
    """Phase 3: the reply."""
    async with system.db.transaction() as conn:
        if settled.failure_code != "processor_unavailable":
            view = await view_of(conn, await repository.get(conn, settled.subscription_id))
            final = changed(settled, view, route=scope.route, request_id=scope.request_id)
            if final is None:
                return told(view, ACCEPTED)
            return await idempotency.conclude(conn, settled.change_id, final, system.clock.now())
        await idempotency.release(conn, settled.change_id)
    raise ProcessorUnavailable(
        "The card processor did not take the request, and nothing was changed; send it again with the same key.",
        retry_after_s=5,
    )
