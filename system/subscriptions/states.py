"""What the processor's word makes of a subscription, and what that opens. Pure: the same word, the same row.

opening ── page opened ──> incomplete ── paid ──> active | trialing
│                           └── 23 h, or the page's age ──> incomplete_expired
├── paid at once ──> active
└── declined ──> canceled
active ── renewal fails ──> past_due ── paid ──> active; last retry fails ──> canceled
active | trialing ── pause ──> paused ── resume, paid ──> active
any ── cancelled now, or at the period's end ──> canceled
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from system.payments.transitions import ContradictionError
from system.processor.billing import BilledInvoice, BilledSubscription
from system.processor.port import ActionRequired, Canceled, Declined
from system.subscriptions.models import ENDED, Status, Subscription

GRACE: Final = timedelta(days=7)
"""How long a renewal that is owed keeps the paid tier open (policy, monetization rule 2.7)."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a subscription opens: the tier of its price, from `starts_at` until just before `ends_at`."""

    starts_at: datetime
    ends_at: datetime


def applied(
    subscription: Subscription, billed: BilledSubscription | ActionRequired | Canceled | None, now: datetime
) -> Subscription:
    """Return the subscription as the processor's word leaves it; ContradictionError if that cannot be about it."""
    match billed:
        case BilledSubscription():
            return _billed(subscription, billed)
        case ActionRequired():
            return _page_open(subscription, billed)
        case Canceled():
            return ended(subscription, "incomplete_expired", billed.reason, "Nobody finished the page.", now)
        case None:
            return _unknown_there(subscription, now)


def ended(subscription: Subscription, status: Status, code: str, message: str, now: datetime) -> Subscription:
    """End one that never began; one that has ended stays as it ended."""
    if not subscription.is_live:
        return subscription
    return replace(
        subscription, status=status, failure_code=code, failure_message=message, next_action_url=None, ended_at=now
    )


def access(subscription: Subscription) -> Access | None:
    """Return the time that the paid tier is open for, by the table of monetization rule 2.7; None for no time.

    A renewal whose outcome we have not heard yet is treated as one that is owed: it keeps the tier for the grace.
    """
    start, end = subscription.period_start, subscription.period_end
    if start is None or end is None:
        return None
    if subscription.status in ("active", "trialing"):
        return Access(start, end if subscription.cancel_at_period_end else end + GRACE)
    if subscription.status == "past_due" and subscription.past_due_at is not None:
        return Access(start, subscription.past_due_at + GRACE)
    return None


def _billed(subscription: Subscription, billed: BilledSubscription) -> Subscription:
    _check(subscription, billed)
    if not subscription.is_live:
        return subscription
    invoice = billed.latest_invoice
    owed = invoice if invoice is not None and invoice.status == "open" and invoice.amount_due.amount > 0 else None
    over = billed.status in ENDED
    failure = owed.failure if owed else _last_failure(subscription) if over else None
    return replace(
        subscription,
        price_id=billed.price_id,
        status=billed.status,
        processor_subscription_id=billed.processor_subscription_id,
        next_action_url=owed.pay_url if owed and not over else None,
        failure_code=failure.code if failure else None,
        failure_message=failure.message if failure else None,
        period_start=billed.period_start,
        period_end=billed.period_end,
        anchor=billed.anchor,
        trial_end=billed.trial_end,
        cancel_at_period_end=billed.cancel_at_period_end and not over,
        canceled_at=billed.canceled_at,
        ended_at=(billed.ended_at or billed.canceled_at or billed.period_start) if over else None,
        past_due_at=_owed_since(subscription, owed) if billed.status in ("past_due", "unpaid") else None,
        pending_price_id=billed.pending_price_id,
        scheduled_price_id=billed.scheduled.price_id if billed.scheduled else None,
        scheduled_at=billed.scheduled.starts_at if billed.scheduled else None,
        card_brand=billed.card.brand if billed.card else None,
        card_last4=billed.card.last4 if billed.card else None,
        card_expires=billed.card.expires if billed.card else None,
        open_invoice_id=owed.processor_invoice_id if owed and not over else None,
    )


def _last_failure(subscription: Subscription) -> Declined | None:
    """Why it ended, when a card was the reason: its invoice is void by now."""
    if subscription.failure_code is None:
        return None
    return Declined(subscription.failure_code, subscription.failure_message or "")


def _owed_since(subscription: Subscription, owed: BilledInvoice | None) -> datetime | None:
    """The first attempt follows the finalisation at once; told by the processor, it is the same in any order."""
    if owed is not None and owed.finalized_at is not None:
        return owed.finalized_at
    return subscription.past_due_at or subscription.period_start


def _check(subscription: Subscription, billed: BilledSubscription) -> None:
    ours, theirs = subscription.subscription_id, billed.processor_subscription_id
    if billed.subscription_id not in (None, ours):
        raise ContradictionError(f"{theirs} names {billed.subscription_id}, not {ours}.")
    if billed.customer_id != subscription.processor_customer_id:
        raise ContradictionError(f"{ours} is billed to customer {billed.customer_id}.")
    if subscription.processor_subscription_id not in (None, theirs):
        raise ContradictionError(f"{ours} was begun a second time, as {theirs}.")
    if subscription.status in ENDED and billed.status not in ENDED:
        raise ContradictionError(f"{ours} has ended, and {theirs} is {billed.status}.")


def _page_open(subscription: Subscription, page: ActionRequired) -> Subscription:
    if subscription.status not in ("opening", "incomplete"):
        return subscription
    return replace(
        subscription,
        status="incomplete",
        next_action_url=page.url,
        processor_session_id=page.session_id or subscription.processor_session_id,
    )


def _unknown_there(subscription: Subscription, now: datetime) -> Subscription:
    if subscription.processor_subscription_id is not None:
        raise ContradictionError(f"The processor has no {subscription.processor_subscription_id}.")
    return ended(subscription, "canceled", "not_begun", "The card processor never took this; nothing was charged.", now)
