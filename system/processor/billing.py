"""What the system needs of a processor that bills subscriptions, and every answer that it can get.

The processor renews, retries and reminds; the system asks for what it has become and never assumes it. Instants are
aware, in UTC, and whole seconds, as the processor counts them. Amounts are minor units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from system.kit.money import Money
from system.processor.port import (
    ActionRequired,
    Canceled,
    Charged,
    Declined,
    PaymentProcessor,
    Unavailable,
    Unknown,
)

Interval = Literal["month", "year"]
BilledStatus = Literal[
    "incomplete", "incomplete_expired", "trialing", "active", "past_due", "unpaid", "paused", "canceled"
]
InvoiceStatus = Literal["draft", "open", "paid", "void", "uncollectible"]


@dataclass(frozen=True, slots=True)
class PlanPrice:
    """A price that recurs. The processor knows it by our `price_id`; it never changes, here or there."""

    price_id: str
    item_id: str
    name: str
    money: Money
    interval: Interval


@dataclass(frozen=True, slots=True)
class Card:
    """What a person recognises a card by; `fingerprint` is the same for one card wherever it was typed."""

    payment_method_id: str
    brand: str
    last4: str
    expires: str
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line. `money` is negative for a credit; `proration` tells a part of a period from a whole one."""

    description: str
    money: Money
    proration: bool
    price_id: str | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class BilledInvoice:
    """An invoice as the processor has it now."""

    processor_invoice_id: str
    processor_subscription_id: str | None
    customer_id: str
    status: InvoiceStatus
    # `subscription_create`, `subscription_cycle`, `subscription_update`, …
    reason: str
    total: Money
    amount_due: Money
    amount_paid: Money
    lines: tuple[InvoiceLine, ...]
    attempts: int
    next_attempt_at: datetime | None
    created_at: datetime
    finalized_at: datetime | None
    paid_at: datetime | None
    # Where its owner pays it by hand: another card, or a bank's question.
    pay_url: str | None
    # What paid it, when money moved; an invoice over nothing is paid without.
    charge: Charged | None
    # Why the last attempt failed, and whether the card's bank wants to ask its owner.
    failure: Declined | None
    requires_action: bool


@dataclass(frozen=True, slots=True)
class ScheduledPrice:
    """A change that the processor makes by itself, at the end of the period."""

    schedule_id: str
    price_id: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class BilledSubscription:
    """A subscription as the processor has it now. `subscription_id` is ours, from its metadata."""

    processor_subscription_id: str
    subscription_id: str | None
    customer_id: str
    status: BilledStatus
    price_id: str
    period_start: datetime
    period_end: datetime
    anchor: datetime
    created_at: datetime
    trial_end: datetime | None
    cancel_at_period_end: bool
    canceled_at: datetime | None
    ended_at: datetime | None
    # Of a change that waits for its payment: what it will be then.
    pending_price_id: str | None
    scheduled: ScheduledPrice | None
    latest_invoice: BilledInvoice | None
    card: Card | None


BillingAnswer = BilledSubscription | Declined | Unavailable | Unknown
"""`Declined` leaves everything as it was; a bank's question is a BilledSubscription whose invoice `requires_action`."""


@dataclass(frozen=True, slots=True)
class SubscriptionOrder:
    """A subscription as it is asked for. `subscription_id` is also what its idempotency key is made of."""

    subscription_id: str
    account_id: str
    customer_id: str
    price: PlanPrice
    # None asks for a page where the card is typed.
    payment_method: str | None
    trial_days: int
    return_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PriceChange:
    """Another price from `prorated_at` on. `change_id` is what its idempotency key is made of.

    An interval that stays keeps the period; another one begins a new period at that instant.
    """

    change_id: str
    processor_subscription_id: str
    price: PlanPrice
    new_period: bool
    prorated_at: datetime
    # A trial is over with the change, and the first paid period begins.
    ends_trial: bool = False


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change would be charged at once, line by line."""

    total: Money
    lines: tuple[InvoiceLine, ...]


class BillingProcessor(Protocol):
    """Every verb answers, or gives `Unknown`; none raises for what the processor or the network does.

    What changes something takes an idempotency key: asking again under it has the effect of asking once.
    """

    async def create_subscription(self, order: SubscriptionOrder) -> BillingAnswer:
        """Begin, and charge the first period at once; a declined card leaves an `incomplete` subscription behind."""

    async def open_subscription_page(self, order: SubscriptionOrder) -> ActionRequired | Unavailable | Unknown:
        """Open a page that takes a card and begins the subscription."""

    async def subscription_of_page(self, session_id: str) -> BilledSubscription | ActionRequired | Canceled | Unknown:
        """Read what became of a page: begun, still open, or closed."""

    async def close_page(self, session_id: str) -> BilledSubscription | Canceled | Unknown:
        """Let a page take no card any more; one that was faster has begun what it is for. Takes no key."""

    async def retrieve_subscription(self, processor_subscription_id: str) -> BilledSubscription | Unknown | None:
        """Read a subscription; None is certain: the processor knows none of this id."""

    async def find_subscription(
        self, *, subscription_id: str, customer_id: str
    ) -> BilledSubscription | ActionRequired | Canceled | Unknown | None:
        """Search the customer's subscriptions and pages for ours; None is certain: it was never made."""

    async def invoices_of(
        self, processor_subscription_id: str, *, since: datetime
    ) -> Sequence[BilledInvoice] | Unknown:
        """Read all invoices of a subscription that were made at `since` or later, oldest first."""

    async def preview_change(self, change: PriceChange) -> ChangePreview | Unavailable | Unknown:
        """Ask what a change would cost, without making it."""

    async def change_price(self, change: PriceChange) -> BillingAnswer:
        """Change at once. The new price holds once its invoice is paid; until then it is `pending_price_id`."""

    async def schedule_price(self, change: PriceChange) -> BillingAnswer:
        """Let another price begin with the next period; replaces what was scheduled before."""

    async def unschedule_price(self, processor_subscription_id: str, *, key: str) -> BillingAnswer: ...

    async def cancel_at_period_end(self, processor_subscription_id: str, *, cancel: bool, key: str) -> BillingAnswer:
        """Let the subscription end with its period, or take that back. What is scheduled is dropped."""

    async def cancel_now(self, processor_subscription_id: str, *, key: str) -> BillingAnswer:
        """End the subscription at once, and every attempt to be paid for it; nothing is given back by this."""

    async def pause(self, processor_subscription_id: str, *, key: str) -> BillingAnswer:
        """Stand still from now on; the unused time becomes a credit of the next invoice."""

    async def resume(self, processor_subscription_id: str, *, key: str) -> BillingAnswer:
        """Begin a new period now, and charge it."""

    async def end_trial(self, processor_subscription_id: str, *, key: str) -> BillingAnswer:
        """Let the paid time begin now, and charge it."""

    async def pay_invoice(
        self, processor_invoice_id: str, *, key: str
    ) -> BilledInvoice | Declined | Unavailable | Unknown:
        """Try to be paid once more, at once, with the card that the subscription has now."""

    async def void_invoice(self, processor_invoice_id: str, *, key: str) -> BilledInvoice | Unavailable | Unknown:
        """Give an open invoice up for good; one that is paid or void stays what it is."""

    async def open_card_page(
        self, *, customer_id: str, subscription_id: str, return_url: str, cancel_url: str, key: str
    ) -> ActionRequired | Unavailable | Unknown:
        """Open a page that takes another card for what is charged from now on."""

    async def card_of_page(self, session_id: str) -> Card | ActionRequired | Canceled | Unknown:
        """Read the card that was typed on a page of `open_card_page`."""

    async def retrieve_card(self, payment_method: str) -> Card | Declined | Unknown:
        """Read a payment method; Declined when there is none, or it is no card."""

    async def use_card(
        self, processor_subscription_id: str, *, customer_id: str, payment_method: str, key: str
    ) -> BillingAnswer:
        """Charge this card from now on; Declined when it cannot be the customer's."""

    async def events_between(self, since: datetime, until: datetime) -> Sequence[Mapping[str, Any]]:
        """Read every event made from `since` to `until`, oldest first; ProcessorAwayError if they cannot be read."""


class Processor(PaymentProcessor, BillingProcessor, Protocol):
    """All that is asked of the processor."""
