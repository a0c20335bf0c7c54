"""The sweep: subscriptions and changes that nobody is at work on any more are asked for, until they are known."""

from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Final

import structlog

from system.audit.service import Actor
from system.context import System
from system.idempotency import service as idempotency
from system.kit.concurrency import each
from system.kit.problems import ServiceUnavailable
from system.payments.inquiry import REPEATABLE_FOR
from system.payments.transitions import ContradictionError
from system.processor.billing import BilledSubscription, BillingAnswer
from system.processor.port import ActionRequired, Unknown
from system.subscriptions import change_repository, plan_repository, repository, syncing
from system.subscriptions.answers import beginning, changed
from system.subscriptions.changing import ask_for
from system.subscriptions.changing import settle as settle_change
from system.subscriptions.models import Change, Plan, Subscription
from system.subscriptions.subscribing import ask, settle
from system.subscriptions.views import view_of

log = structlog.get_logger(__name__)

_BATCH: Final = 40
_NO_EVENT_FOR: Final = timedelta(minutes=35)
"""After this long, whoever was sent to a page may have finished there without an event reaching us."""
_OVERDUE: Final = timedelta(hours=2)
"""A period that ended this long ago has its renewal, or its failure: the processor drafts an hour ahead of charging."""

_ACTOR: Final = Actor("system:sweep")


async def sweep(system: System) -> int:
    """Ask for one batch of each; return how many there were. Two sweeps share the work."""
    subscriptions, changes = await _take(system)
    await each(subscriptions, lambda found: _guarded(found, refresh_subscription(system, found)))
    await each(changes, lambda found: _guarded(found, refresh_change(system, found)))
    return len(subscriptions) + len(changes)


async def _take(system: System) -> tuple[Sequence[str], Sequence[str]]:
    now = system.clock.now()
    left_behind = now - timedelta(seconds=system.settings.uncertain_after_s)
    asked = now - timedelta(seconds=system.settings.sweep_interval_s)
    async with system.db.transaction() as conn:
        subscriptions = await repository.take_undecided(
            conn,
            now=now,
            left_behind=left_behind,
            unanswered=now - _NO_EVENT_FOR,
            overdue=now - _OVERDUE,
            asked=asked,
            limit=_BATCH,
        )
        changes = await change_repository.take_undecided(
            conn, now=now, left_behind=left_behind, asked=asked, limit=_BATCH
        )
    return subscriptions, changes


async def _guarded(object_id: str, asking: Awaitable[object]) -> None:
    """One that fails does not hold up the others, and comes up again."""
    try:
        await asking
    except (ContradictionError, ServiceUnavailable) as reason:
        log.error("sweep_found_contradiction", object_id=object_id, reason=str(reason))  # noqa: TRY400 - the sentence is the finding, a trace is none
    except Exception:
        log.exception("sweep_failed", object_id=object_id)


async def refresh_subscription(system: System, subscription_id: str) -> Subscription:
    """Bring a subscription up to what the processor knows; one that was left behind is asked for again."""
    async with system.db.statement() as conn:
        subscription = await repository.get(conn, subscription_id)
        plan = await plan_repository.get(conn, subscription.price_id)
    answer = await _answer_to(system, subscription, plan)
    if answer is not None:
        return await _concluded(system, await settle(system, subscription_id, answer, actor=_ACTOR))
    return await _concluded(system, await syncing.sync(system, subscription_id, actor=_ACTOR))


async def _answer_to(system: System, subscription: Subscription, plan: Plan) -> BillingAnswer | ActionRequired | None:
    """What the processor has made of a beginning, or makes of it when it is asked again under its key.

    None where a reading tells, and where it is too late to ask again. Looked for first, since nobody promises that an
    idempotency key outlives the API key that it came with.
    """
    customer_id = subscription.processor_customer_id
    fresh = system.clock.now() - subscription.created_at < REPEATABLE_FOR
    if subscription.status != "opening" or customer_id is None or not fresh:
        return None
    found = await system.processor.find_subscription(
        subscription_id=subscription.subscription_id, customer_id=customer_id
    )
    if found is not None:
        return found if isinstance(found, BilledSubscription) else None
    answer = await ask(system, subscription, plan)
    return None if isinstance(answer, Unknown) and answer.replayed else answer


async def _concluded(system: System, subscription: Subscription) -> Subscription:
    """Leave the outcome on the key that the subscription was asked for with, if that request went without one."""
    async with system.db.transaction() as conn:
        held = await idempotency.asked_as(conn, subscription.subscription_id)
        if held is not None and held.answered_at is None:
            view = await view_of(conn, subscription)
            final = beginning(view, route=held.route, request_id=held.request_id)
            if final is not None:
                await idempotency.conclude(conn, subscription.subscription_id, final, system.clock.now())
    return subscription


async def refresh_change(system: System, change_id: str) -> Change:
    """Ask for a change again, under the same key, and conclude it."""
    async with system.db.statement() as conn:
        change = await change_repository.get(conn, change_id)
    settled = await settle_change(system, change, await ask_for(system, change), actor=_ACTOR)
    async with system.db.transaction() as conn:
        held = await idempotency.asked_as(conn, change_id)
        if held is not None and held.answered_at is None and settled.status != "asked":
            view = await view_of(conn, await repository.get(conn, settled.subscription_id))
            final = changed(settled, view, route=held.route, request_id=held.request_id)
            assert final is not None, "a change that is over has an answer"
            await idempotency.conclude(conn, change_id, final, system.clock.now())
    return settled
