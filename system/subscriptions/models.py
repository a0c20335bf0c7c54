from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from system.kit.money import Money
from system.processor.billing import BilledInvoice, BilledSubscription, Interval, PlanPrice
from system.processor.port import ActionRequired, Canceled

Status = Literal[
    "opening",
    "incomplete",
    "trialing",
    "active",
    "past_due",
    "unpaid",
    "paused",
    "incomplete_expired",
    "canceled",
]
ENDED: frozenset[Status] = frozenset({"incomplete_expired", "canceled"})
"""Final: a new subscription is another row."""
BEGUN: frozenset[Status] = frozenset({"trialing", "active", "past_due", "unpaid", "paused"})
"""The processor bills it."""

ChangeKind = Literal[
    "upgrade", "downgrade", "keep_plan", "cancel", "cancel_now", "uncancel", "pause", "resume", "use_card"
]
ChangeStatus = Literal["asked", "done", "refused"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A tier at one of its prices. `current` is false for a price that another has replaced."""

    price_id: str
    item_id: str
    tier: str
    rank: int
    name: str
    interval: Interval
    amount: int
    currency: str
    tokens_a_month: int
    trial_days: int
    current: bool

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def billed(self) -> PlanPrice:
        return PlanPrice(self.price_id, self.item_id, self.name, self.money, self.interval)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What an account subscribes to, as we know it. All but `opening` is what the processor said."""

    subscription_id: str
    account_id: str
    price_id: str
    payment_method: str | None
    trial_days: int
    status: Status
    processor_customer_id: str | None
    processor_subscription_id: str | None
    processor_session_id: str | None
    next_action_url: str | None
    failure_code: str | None
    failure_message: str | None
    period_start: datetime | None
    period_end: datetime | None
    anchor: datetime | None
    trial_end: datetime | None
    cancel_at_period_end: bool
    canceled_at: datetime | None
    ended_at: datetime | None
    # Since when a renewal is owed: the grace counts from it.
    past_due_at: datetime | None
    pending_price_id: str | None
    scheduled_price_id: str | None
    scheduled_at: datetime | None
    card_brand: str | None
    card_last4: str | None
    card_expires: str | None
    open_invoice_id: str | None
    # What it was last paid with.
    payment_id: str | None
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def is_live(self) -> bool:
        return self.status not in ENDED


@dataclass(frozen=True, slots=True)
class Quote:
    """What a change of plan costs at one instant, and until when that is offered. Amounts are of `currency`."""

    quote_id: str
    subscription_id: str
    account_id: str
    price_id: str
    kind: Literal["upgrade", "downgrade"]
    new_period: bool
    from_price_id: str
    from_period_end: datetime
    prorated_at: datetime
    total: int
    currency: str
    lines: list[dict[str, Any]]
    expires_at: datetime
    created_at: datetime

    @property
    def money(self) -> Money:
        return Money(self.total, self.currency)


@dataclass(frozen=True, slots=True)
class Change:
    """What was asked of a subscription, and what became of the request."""

    change_id: str
    subscription_id: str
    account_id: str
    kind: ChangeKind
    quote_id: str | None
    payment_method: str | None
    refund: bool
    status: ChangeStatus
    failure_code: str | None
    failure_message: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """What the processor said when it was asked for a subscription, and the version of our row that it was asked for.

    `billed` is a page while no card was typed there, and None when the processor has certainly none of it.
    """

    version: int
    billed: BilledSubscription | ActionRequired | Canceled | None
    invoices: tuple[BilledInvoice, ...] = ()


class StaleReadError(Exception):
    """The row has moved on since the processor was read: ask again."""
