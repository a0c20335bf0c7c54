"""Bringing a subscription up to what the processor knows.

The processor is read with no transaction open, and what it said is applied in one. Two readers may be at it at once,
and the one that read first may write last: so a reading names the version of the row that it was made for, every write
raises the version, and a reading for an older one is thrown away and made anew. Whatever was written last was therefore
read after everything that was written before: events may come in any order, twice, or not at all.

A beginning is told by five events at once, and whoever began it asks as well. Within a process they share a reading
(see `Shared`); between processes, the version is what keeps them apart.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from system.audit.service import Actor, record
from system.context import System
from system.entitlements import service as entitlements
from system.kit.db import Connection
from system.kit.problems import ServiceUnavailable
from system.payments.transitions import ContradictionError
from system.processor.billing import BilledSubscription
from system.processor.port import ActionRequired, Canceled, Unknown
from system.subscriptions import allowances, invoice_repository, mails, plan_repository, repository, states, trials
from system.subscriptions.models import BEGUN, Plan, Reading, StaleReadError, Subscription
from system.subscriptions.settling import settle_invoices

_TRIES = 10
_TRIAL_NOTICE = timedelta(days=3)


async def sync(system: System, subscription_id: str, *, actor: Actor) -> Subscription:
    """Ask what became of a subscription and apply it; ServiceUnavailable if the processor does not say.

    What is read shows all that had happened there before this call. Of several who share a reading, the first is named
    as the actor.
    """
    return await system.shared.do(subscription_id, lambda: _sync(system, subscription_id, actor))


async def _sync(system: System, subscription_id: str, actor: Actor) -> Subscription:
    for _ in range(_TRIES):
        reading = await read(system, subscription_id)
        try:
            async with system.db.transaction() as conn:
                return await apply(conn, system, subscription_id, reading, actor=actor)
        except StaleReadError:
            continue
    raise ServiceUnavailable("This subscription is being changed from many sides; look again in a moment.")


async def read(system: System, subscription_id: str) -> Reading:
    """Read the processor; ServiceUnavailable if it does not say, or if somebody is just asking it for the beginning."""
    async with system.db.statement() as conn:
        subscription = await repository.get(conn, subscription_id)
        since = await invoice_repository.read_from(conn, subscription_id)
    billed = await _ask(system, subscription)
    if isinstance(billed, BilledSubscription) and not await trials.allowed(system, subscription, billed):
        billed = await _end_trial(system, subscription, billed)
    if not isinstance(billed, BilledSubscription):
        return Reading(subscription.version, billed)
    begun = billed.created_at
    invoices = await system.processor.invoices_of(billed.processor_subscription_id, since=since or begun)
    if isinstance(invoices, Unknown):
        raise _silent(invoices)
    return Reading(subscription.version, billed, tuple(invoices))


async def _ask(system: System, subscription: Subscription) -> BilledSubscription | ActionRequired | Canceled | None:
    processor = system.processor
    said: BilledSubscription | ActionRequired | Canceled | Unknown | None = None
    if subscription.processor_subscription_id is not None:
        said = await processor.retrieve_subscription(subscription.processor_subscription_id)
    elif subscription.processor_session_id is not None:
        said = await processor.subscription_of_page(subscription.processor_session_id)
    elif subscription.processor_customer_id is not None:
        said = await processor.find_subscription(
            subscription_id=subscription.subscription_id, customer_id=subscription.processor_customer_id
        )
    if isinstance(said, Unknown):
        raise _silent(said)
    if said is None and in_hands(system, subscription):
        raise ServiceUnavailable("This subscription is just being asked for; look again in a moment.")
    return said


async def _end_trial(system: System, subscription: Subscription, billed: BilledSubscription) -> BilledSubscription:
    """Let the paid time begin: this card has had its trial."""
    key = f"trial:{subscription.subscription_id}"
    said = await system.processor.end_trial(billed.processor_subscription_id, key=key)
    if isinstance(said, BilledSubscription):
        return said
    raise ServiceUnavailable("The card processor does not end a trial that this card has had before.")


def in_hands(system: System, subscription: Subscription) -> bool:
    """Tell whether a living request is still asking for the beginning: it hears the answer first."""
    return subscription.status == "opening" and _was_written_just_now(system, subscription)


def is_ending(system: System, subscription: Subscription) -> bool:
    """Tell whether a first card was declined just now: whoever heard that ends the subscription in a moment."""
    declined = subscription.status == "incomplete" and subscription.failure_code is not None
    return declined and _was_written_just_now(system, subscription)


def _was_written_just_now(system: System, subscription: Subscription) -> bool:
    patience = timedelta(seconds=system.settings.uncertain_after_s)
    return subscription.updated_at > system.clock.now() - patience


async def apply(
    conn: Connection, system: System, subscription_id: str, reading: Reading, *, actor: Actor
) -> Subscription:
    """Apply a reading: row, payments, books, access, tokens, mails and audit become true together.

    StaleReadError when the row was written since; ContradictionError when the reading cannot be about it.
    """
    now = system.clock.now()
    before = await repository.lock(conn, subscription_id)
    if before.version != reading.version:
        raise StaleReadError
    after = replace(states.applied(before, reading.billed, now), version=before.version + 1, updated_at=now)
    plan = await plan_repository.find(conn, after.price_id)
    if plan is None:
        raise ContradictionError(f"{subscription_id} is at a price that is none of ours: {after.price_id}.")
    if before.is_live and before.status not in BEGUN and not after.is_live:
        await trials.release(conn, subscription_id)
    await settle_invoices(conn, after, reading.invoices, actor=actor, now=now)
    after = replace(after, payment_id=await invoice_repository.latest_payment(conn, subscription_id))
    await repository.update(conn, after)
    await _open(conn, after, plan, now)
    await _tell(conn, before, after, plan, now)
    await _record(conn, before, after, actor=actor, now=now)
    return after


async def _open(conn: Connection, subscription: Subscription, plan: Plan, now: datetime) -> None:
    """Open what the subscription gives, and close what it gives no more."""
    opened = states.access(subscription)
    if opened is None:
        await entitlements.drop_tier(conn, source_id=subscription.subscription_id)
        return
    await entitlements.hold_tier(
        conn,
        source_id=subscription.subscription_id,
        account_id=subscription.account_id,
        kind="subscription",
        tier=plan.tier,
        payment_id=subscription.payment_id,
        starts_at=opened.starts_at,
        ends_at=opened.ends_at,
        now=now,
    )
    await allowances.grant(conn, subscription, plan, now)


async def _tell(conn: Connection, before: Subscription, after: Subscription, plan: Plan, now: datetime) -> None:
    """Owe the mails of what has changed."""
    if before.status not in BEGUN and after.status in BEGUN:
        await mails.owe_begun(conn, after, plan, now)
    if after.cancel_at_period_end and after.canceled_at != before.canceled_at:
        await mails.owe_ending(conn, after, plan, now)
    if before.status in BEGUN and after.status == "canceled":
        await mails.owe_ended(conn, after, plan, now)
    if after.status == "trialing" and after.trial_end is not None and after.trial_end - now <= _TRIAL_NOTICE:
        await mails.owe_trial_end(conn, after, plan, now)


_TOLD = ("status", "price_id", "period_end", "cancel_at_period_end", "scheduled_price_id", "pending_price_id")


async def _record(conn: Connection, before: Subscription, after: Subscription, *, actor: Actor, now: datetime) -> None:
    changed = {name: str(getattr(after, name)) for name in _TOLD if getattr(before, name) != getattr(after, name)}
    if changed:
        action = f"subscription.{after.status}" if "status" in changed else "subscription.changed"
        details: dict[str, object] = {"from": before.status, **changed}
        await record(conn, actor=actor, action=action, object_id=after.subscription_id, now=now, details=details)


def _silent(unknown: Unknown) -> ServiceUnavailable:
    return ServiceUnavailable(f"The card processor does not tell about this subscription now ({unknown.reason}).")
