from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from system.invoicing.schemas import InvoiceView
from system.ledger.models import Direction
from system.ledger.reconciliation import Kind
from system.payments.schemas import Amount, CurrencyCode, PaymentView, RefundView

_ACCOUNT = "cash:stripe"


class AccountBalance(BaseModel):
    account: str = Field(examples=[_ACCOUNT])
    debit: int = Field(description="Sum of its debits, in minor units.", examples=[4728])
    credit: int = Field(description="Sum of its credits, in minor units.", examples=[0])
    balance: int = Field(description="Debits minus credits.", examples=[4728])


class CurrencyBalance(BaseModel):
    """The accounts of one currency. The totals are equal, or the books are wrong."""

    currency: CurrencyCode
    debit_total: int = Field(examples=[4900])
    credit_total: int = Field(examples=[4900])
    accounts: list[AccountBalance]


class TrialBalance(BaseModel):
    currencies: list[CurrencyBalance]


class PostingOut(BaseModel):
    model_config = ConfigDict(title="Posting")

    account: str = Field(examples=[_ACCOUNT])
    direction: Direction = Field(examples=["debit"])
    amount: Amount
    currency: CurrencyCode


class LedgerEntryOut(BaseModel):
    """One fact in the books; its postings sum to zero."""

    model_config = ConfigDict(title="LedgerEntry", from_attributes=True)

    entry_id: str = Field(examples=["ent_06h0j64n3deykgwc9v0s35z45n"])
    business_key: str = Field(description="The fact, in the processor's id.", examples=["capture:ch_3Q9aXb"])
    description: str = Field(examples=["Payment of 49.00 USD"])
    posted_at: datetime = Field(examples=["2026-11-23T15:04:05Z"])
    postings: list[PostingOut]


class AuditedPayment(PaymentView):
    """A payment with its account and the processor's names for it."""

    account_id: str = Field(examples=["usr_06h0j64n3deykgwc9v0s35z45n"])
    processor_payment_id: str | None = Field(examples=["pi_3Q9aXb"])
    processor_charge_id: str | None = Field(examples=["ch_3Q9aXb"])
    processor_balance_transaction_id: str | None = Field(examples=["txn_3Q9aXb"])


class AuditedRefund(RefundView):
    """A refund with its account and the processor's names for it."""

    account_id: str = Field(examples=["usr_06h0j64n3deykgwc9v0s35z45n"])
    requested_by: str | None = Field(
        description="Null if it was made at the processor's desk.", examples=["usr_06h0j64n3deykgwc9v0s35z45n"]
    )
    note: str | None = Field(examples=[None])
    processor_refund_id: str | None = Field(examples=["re_3Q9aXb"])
    processor_balance_transaction_id: str | None = Field(examples=["txn_3Q9aXb"])


class AuditedInvoice(InvoiceView):
    """A document with its account."""

    model_config = ConfigDict(title="AuditedInvoice")

    account_id: str = Field(examples=["usr_06h0j64n3deykgwc9v0s35z45n"])


class PaidPeriod(BaseModel):
    """Time that was paid for, half-open, at the price that it was paid at."""

    starts_at: datetime
    ends_at: datetime
    price_id: str = Field(examples=["prc_pro_month"])
    processor_invoice_id: str = Field(examples=["in_3Q9aXb"])


class Allowance(BaseModel):
    """The tokens of one month of the account."""

    starts_at: datetime
    ends_at: datetime
    tokens: int = Field(examples=[500])


class AuditedSubscription(BaseModel):
    """A subscription with its account, the processor's name for it, what was paid for, and the account's tokens."""

    model_config = ConfigDict(from_attributes=True)

    subscription_id: str = Field(examples=["sbn_06h0j64n3deykgwc9v0s35z45n"])
    account_id: str = Field(examples=["usr_06h0j64n3deykgwc9v0s35z45n"])
    price_id: str = Field(examples=["prc_pro_month"])
    status: str = Field(examples=["active"])
    processor_subscription_id: str | None = Field(examples=["sub_3Q9aXb"])
    period_start: datetime | None
    period_end: datetime | None
    ended_at: datetime | None
    periods: list[PaidPeriod]
    allowances: list[Allowance]


class AuditRowOut(BaseModel):
    """Who did what to which object, and when. Rows are added and never changed."""

    model_config = ConfigDict(title="AuditRow", from_attributes=True)

    audit_id: str = Field(examples=["aud_06h0j64n3deykgwc9v0s35z45n"])
    actor_id: str = Field(description="An account, or `system:<part>`.", examples=["usr_06h0j64n3deykgwc9v0s35z45n"])
    request_id: str = Field(examples=["req_06h0j64n3deykgwc9v0s35z45n"])
    action: str = Field(examples=["payment.succeeded"])
    object_id: str = Field(examples=["pay_06h0j64n3deykgwc9v0s35z45n"])
    details: dict[str, Any] = Field(examples=[{"amount": 4900, "currency": "usd"}])
    recorded_at: datetime = Field(examples=["2026-11-23T15:04:05Z"])


class WebhookEventOut(BaseModel):
    """An event of the processor and what became of it. A `parked` one waits for a person; `reason` says why."""

    model_config = ConfigDict(title="WebhookEvent", from_attributes=True)

    event_id: str = Field(examples=["evt_3Q9aXb"])
    type: str = Field(examples=["payment_intent.succeeded"])
    object_id: str | None = Field(examples=["pi_3Q9aXb"])
    outcome: str = Field(examples=["applied"])
    reason: str | None = Field(examples=[None])
    created_at: datetime = Field(examples=["2026-11-23T15:04:05Z"])
    received_at: datetime = Field(examples=["2026-11-23T15:04:06Z"])


class DifferenceOut(BaseModel):
    model_config = ConfigDict(title="Difference", from_attributes=True)

    kind: Kind = Field(examples=["missing_in_ledger"])
    processor_id: str = Field(examples=["ch_3Q9aXb"])
    detail: str


class ReconciliationOut(BaseModel):
    """The ledger beside the processor's books; without differences both tell the same story."""

    model_config = ConfigDict(title="Reconciliation", from_attributes=True)

    checked_at: datetime = Field(examples=["2026-11-23T15:04:05Z"])
    processor_transactions: int = Field(examples=[12])
    matched: int = Field(examples=[12])
    differences: list[DifferenceOut] = Field(examples=[[]])
