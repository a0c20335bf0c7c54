from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from system.kit.money import Money
from system.ledger.models import REVENUE, SUBSCRIPTION_REVENUE

Status = Literal["processing", "requires_action", "succeeded", "declined", "canceled", "uncertain"]
RefundStatus = Literal["pending", "succeeded", "failed", "uncertain"]
RefundReason = Literal["requested_by_customer", "duplicate", "fraudulent"]

LIVE: frozenset[Status] = frozenset({"processing", "requires_action", "uncertain"})
"""The outcome is open. The other three are final."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One attempt to be paid for one item, and what became of it. Amounts are minor units of `currency`."""

    payment_id: str
    account_id: str
    price_id: str
    item_id: str
    item_name: str
    repeatable: bool
    amount: int
    currency: str
    payment_method: str | None
    status: Status
    refunded_amount: int
    reserved_amount: int
    next_action_url: str | None
    failure_code: str | None
    failure_message: str | None
    processor_customer_id: str | None
    processor_session_id: str | None
    processor_payment_id: str | None
    processor_charge_id: str | None
    processor_balance_transaction_id: str | None
    # The invoice of a subscription that asked for it; None for what its buyer asked for.
    processor_invoice_id: str | None
    captured_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def revenue(self) -> str:
        """Where the books count it."""
        return REVENUE if self.processor_invoice_id is None else SUBSCRIPTION_REVENUE

    @property
    def refundable_amount(self) -> int:
        """What is neither given back nor about to be."""
        return self.amount - self.reserved_amount if self.status == "succeeded" else 0

    @property
    def is_live(self) -> bool:
        return self.status in LIVE


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back, or on its way. While it may still happen, its amount is reserved on the payment."""

    refund_id: str
    payment_id: str
    account_id: str
    amount: int
    currency: str
    reason: RefundReason | None
    note: str | None
    requested_by: str | None
    status: RefundStatus
    failure_code: str | None
    processor_refund_id: str | None
    processor_balance_transaction_id: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)
