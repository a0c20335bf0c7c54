"""What a change of plan would be: when it acts, and what it costs, pinned for as long as a person decides."""

from datetime import datetime, timedelta
from typing import Final, Literal

import structlog

from system.context import System
from system.kit.db import Connection
from system.kit.ids import new_id
from system.payments.problems import ProcessorUnavailable
from system.processor.billing import ChangePreview, PriceChange
from system.processor.port import Unavailable, Unknown
from system.subscriptions import change_repository, plan_repository, repository
from system.subscriptions.invoice_repository import line_fields
from system.subscriptions.models import ChangeKind, Plan, Quote, Subscription
from system.subscriptions.problems import (
    ChangeRefused,
    NoSubscription,
    NotAPlan,
    PaymentPastDue,
    QuoteExpired,
    SamePlan,
)
from system.subscriptions.proration import prorate

log = structlog.get_logger(__name__)

HOLDS_FOR: Final = timedelta(minutes=10)
_ORDER = {"month": 0, "year": 1}


async def preview(system: System, account_id: str, price_id: str) -> tuple[Quote, Plan]:
    """Quote a change to a price, and return the plan that it is of."""
    async with system.db.statement() as conn:
        subscription = await live(conn, account_id)
        old, new = await _plans(conn, subscription, price_id)
    kind = kind_of(old, new)
    judge(subscription, new, kind)
    at = system.clock.now().replace(microsecond=0)
    costs = await _costs(system, subscription, old, new, at=at) if kind == "upgrade" else None
    quote = _quote(subscription, old, new, kind, costs, at=at)
    async with system.db.transaction() as conn:
        await change_repository.insert_quote(conn, quote)
    return quote, new


async def live(conn: Connection, account_id: str) -> Subscription:
    subscription = await repository.find_live(conn, account_id)
    if subscription is None:
        raise NoSubscription("There is no subscription of yours; begin one at /api/subscriptions/create.")
    return subscription


def kind_of(old: Plan, new: Plan) -> Literal["upgrade", "downgrade"]:
    """A higher tier, or a longer interval of the same, acts at once; what takes away waits for the period's end.

    A higher tier at a shorter interval waits as well: the unused part of the longer one may be worth more than the new
    period costs, and what is left over is not given back (policy, monetization rule P5).
    """
    longer = _ORDER[new.interval] >= _ORDER[old.interval]
    more = (new.rank, _ORDER[new.interval]) > (old.rank, _ORDER[old.interval])
    return "upgrade" if new.rank >= old.rank and longer and more else "downgrade"


def judge(subscription: Subscription, new: Plan, kind: ChangeKind) -> None:
    """Refuse a change of plan that the state of the subscription does not allow."""
    if subscription.status in ("past_due", "unpaid"):
        raise PaymentPastDue(
            "The last renewal is not paid. Pay it with another card, or cancel; the plan can be changed after that.",
            url=subscription.next_action_url,
        )
    if subscription.status not in ("active", "trialing"):
        raise ChangeRefused(f"The subscription is {subscription.status}; finish, resume or cancel it first.")
    if subscription.cancel_at_period_end:
        raise ChangeRefused("The subscription is to end with its period; take that back first.")
    if subscription.pending_price_id is not None:
        raise ChangeRefused("A change waits for its payment; finish that first.", url=subscription.next_action_url)
    if kind == "upgrade" and subscription.scheduled_price_id is not None:
        raise ChangeRefused("Another plan begins with the next period; take that back first.")
    if new.price_id in (subscription.price_id, subscription.scheduled_price_id):
        raise SamePlan(f"{new.name} is your plan, or will be with the next period.")


async def take(conn: Connection, subscription: Subscription, quote_id: str, now: datetime) -> Quote:
    """Return a quote that still holds; QuoteExpired if it is too old, or of another state of the subscription."""
    quote = await change_repository.find_quote(conn, quote_id, account_id=subscription.account_id)
    if quote is None or quote.subscription_id != subscription.subscription_id:
        raise QuoteExpired("This is no quote of your subscription; ask for one at /api/subscriptions/preview.")
    made_for = (quote.from_price_id, quote.from_period_end)
    if now >= quote.expires_at or made_for != (subscription.price_id, subscription.period_end):
        raise QuoteExpired("This quote no longer holds; ask for another one and show its total.")
    return quote


def change_for(subscription: Subscription, quote: Quote, new: Plan, *, change_id: str) -> PriceChange:
    """Return what the processor is asked: at the instant of the quote, so that what it charges is what was shown."""
    assert subscription.processor_subscription_id is not None, "only what the processor bills can be changed"
    return PriceChange(
        change_id=change_id,
        processor_subscription_id=subscription.processor_subscription_id,
        price=new.billed,
        new_period=quote.new_period,
        prorated_at=quote.prorated_at,
        ends_trial=subscription.status == "trialing" and quote.kind == "upgrade",
    )


async def _plans(conn: Connection, subscription: Subscription, price_id: str) -> tuple[Plan, Plan]:
    new = await plan_repository.find(conn, price_id)
    if new is None or not new.current:
        raise NotAPlan(f"{price_id} is no price of a plan that is sold; see /api/subscriptions/pricing.")
    return await plan_repository.get(conn, subscription.price_id), new


async def _costs(system: System, subscription: Subscription, old: Plan, new: Plan, *, at: datetime) -> ChangePreview:
    """Ask the processor, which will charge it, and hold its sum against our own rule."""
    asked = _change_at(subscription, old, new, at)
    costs = await system.processor.preview_change(asked)
    if isinstance(costs, Unavailable | Unknown):
        raise ProcessorUnavailable(
            f"The card processor does not say now what the change costs ({costs.reason}); ask again.", retry_after_s=5
        )
    expected = _own_sum(subscription, old, new, at)
    if expected is not None and expected != costs.total.amount:
        named = subscription.subscription_id
        log.error("preview_differs", subscription_id=named, ours=expected, theirs=costs.total.amount)
    return costs


def _change_at(subscription: Subscription, old: Plan, new: Plan, at: datetime) -> PriceChange:
    assert subscription.processor_subscription_id is not None, "only what the processor bills can be changed"
    return PriceChange(
        change_id="preview",
        processor_subscription_id=subscription.processor_subscription_id,
        price=new.billed,
        new_period=new.interval != old.interval,
        prorated_at=at,
        ends_trial=subscription.status == "trialing",
    )


def _own_sum(subscription: Subscription, old: Plan, new: Plan, at: datetime) -> int | None:
    """Return what the rule of proration makes of a change within a period; None for one that begins a new period."""
    start, end = subscription.period_start, subscription.period_end
    if start is None or end is None or old.interval != new.interval or subscription.status == "trialing":
        return None
    return prorate(old.money, new.money, start=start, end=end, at=at).net.amount


def _quote(
    subscription: Subscription,
    old: Plan,
    new: Plan,
    kind: Literal["upgrade", "downgrade"],
    costs: ChangePreview | None,
    *,
    at: datetime,
) -> Quote:
    assert subscription.period_end is not None, "what the processor bills has a period"
    return Quote(
        quote_id=new_id("quo", at),
        subscription_id=subscription.subscription_id,
        account_id=subscription.account_id,
        price_id=new.price_id,
        kind=kind,
        new_period=kind == "upgrade" and new.interval != old.interval,
        from_price_id=old.price_id,
        from_period_end=subscription.period_end,
        prorated_at=at,
        total=costs.total.amount if costs else 0,
        currency=new.currency,
        lines=[line_fields(line) for line in costs.lines] if costs else [],
        expires_at=at + HOLDS_FOR,
        created_at=at,
    )
