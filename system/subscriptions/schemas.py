from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from system.kit.http import Body
from system.payments.schemas import Amount, CurrencyCode, Failure, NextAction, PaymentId, PriceId
from system.processor.billing import Interval
from system.subscriptions.models import Status

PaymentMethod = Annotated[
    str,
    Field(
        pattern=r"^pm_[A-Za-z0-9_]{1,80}$",
        description="A payment method of the processor.",
        examples=["pm_card_visa"],
    ),
]
QuoteId = Annotated[str, Field(pattern=r"^[!-~]{1,64}$", examples=["quo_06h0j64n3deykgwc9v0s35z45n"])]

_SUBSCRIPTION_ID = "sbn_06h0j64n3deykgwc9v0s35z45n"
_ORDER: JsonDict = {
    "price_id": "prc_pro_month",
    "expected_amount": 999,
    "expected_currency": "usd",
    "payment_method": "pm_card_visa",
}
_PLAN: JsonDict = {
    "price_id": "prc_pro_month",
    "tier": "pro",
    "name": "Pro, monthly",
    "interval": "month",
    "amount": 999,
    "currency": "usd",
}
_SUBSCRIPTION: JsonDict = {
    "subscription_id": _SUBSCRIPTION_ID,
    "status": "active",
    "plan": _PLAN,
    "period_start": "2026-11-23T15:04:05Z",
    "period_end": "2026-12-23T15:04:05Z",
    "trial_end": None,
    "cancel_at_period_end": False,
    "ended_at": None,
    "access_until": None,
    "scheduled": None,
    "card": {"brand": "visa", "last4": "4242", "expires": "12/2030"},
    "next_action": None,
    "failure": None,
    "payment_id": "pay_06h0j64n3deykgwc9v0s35z45n",
    "created_at": "2026-11-23T15:04:05.123456Z",
}


_QUOTE: JsonDict = {
    "quote_id": "quo_06h0j64n3deykgwc9v0s35z45n",
    "kind": "upgrade",
    "plan": _PLAN | {"price_id": "prc_enterprise_month", "tier": "enterprise", "amount": 9900},
    "total": 4450,
    "currency": "usd",
    "lines": [
        {
            "description": "Unused time on Pro, monthly after 8 Dec 2026",
            "amount": -499,
            "currency": "usd",
            "proration": True,
            "price_id": "prc_pro_month",
            "starts_at": "2026-12-08T15:04:05Z",
            "ends_at": "2026-12-23T15:04:05Z",
        },
        {
            "description": "Remaining time on Enterprise, monthly after 8 Dec 2026",
            "amount": 4949,
            "currency": "usd",
            "proration": True,
            "price_id": "prc_enterprise_month",
            "starts_at": "2026-12-08T15:04:05Z",
            "ends_at": "2026-12-23T15:04:05Z",
        },
    ],
    "prorated_at": "2026-12-08T15:04:05Z",
    "takes_effect_at": "2026-12-08T15:04:05Z",
    "expires_at": "2026-12-08T15:14:05Z",
}
_PAGE: JsonDict = {"next_action": {"type": "redirect", "url": "https://checkout.stripe.com/c/pay/cs_1"}}


class SubscriptionOrder(Body):
    """What to subscribe to, and what the reader was told that it costs: the amount is checked, never charged."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ORDER]})

    price_id: PriceId
    expected_amount: Amount
    expected_currency: CurrencyCode
    payment_method: Annotated[
        PaymentMethod | None,
        Field(description="A payment method; without one the answer leads to a page that takes a card."),
    ] = None
    trial: Annotated[bool, Field(description="Begin with the plan's trial, which a person has once.")] = False


class PreviewOrder(Body):
    """Which plan to change to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"price_id": "prc_enterprise_month"}]})

    price_id: PriceId


class ChangeOrder(Body):
    """Change to what a preview has quoted: exactly that is charged, or nothing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"quote_id": "quo_06h0j64n3deykgwc9v0s35z45n"}]})

    quote_id: QuoteId


class CancelOrder(Body):
    """When to end. `refund` gives back what is left of the paid time, and only goes with `now`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"at": "period_end"}]})

    at: Literal["period_end", "now"] = "period_end"
    refund: bool = False


class CardOrder(Body):
    """Which card to charge from now on; a renewal that is owed is tried with it at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"payment_method": "pm_card_mastercard"}]})

    payment_method: PaymentMethod


class EmptyOrder(Body):
    """Nothing needs to be said."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


class PlanView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    price_id: PriceId
    tier: str = Field(examples=["pro"])
    name: str = Field(examples=["Pro, monthly"])
    interval: Interval
    amount: Amount
    currency: CurrencyCode


class ScheduledView(BaseModel):
    """Another plan, from the end of this period on."""

    plan: PlanView
    starts_at: datetime


class CardView(BaseModel):
    brand: str = Field(examples=["visa"])
    last4: str = Field(examples=["4242"])
    expires: str = Field(examples=["12/2030"])


class SubscriptionView(BaseModel):
    """A subscription as its owner sees it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SUBSCRIPTION]})

    subscription_id: str = Field(examples=[_SUBSCRIPTION_ID])
    status: Status
    plan: PlanView
    period_start: datetime | None = None
    period_end: datetime | None = None
    trial_end: datetime | None = None
    cancel_at_period_end: bool
    ended_at: datetime | None = None
    access_until: datetime | None = Field(
        default=None, description="When the paid tier closes, if nothing is paid until then."
    )
    scheduled: ScheduledView | None = None
    card: CardView | None = None
    next_action: NextAction | None = None
    failure: Failure | None = None
    payment_id: PaymentId | None = Field(
        default=None, description="What it was last paid with; its receipt has the invoice."
    )
    created_at: datetime


class LineView(BaseModel):
    """One line of what a change costs; a credit is negative."""

    description: str
    amount: int
    currency: CurrencyCode
    proration: bool
    price_id: str | None = None
    starts_at: datetime
    ends_at: datetime


class QuoteView(BaseModel):
    """What a change costs, and until when that holds. `total` is charged at once; a downgrade costs nothing now."""

    model_config = ConfigDict(json_schema_extra={"examples": [_QUOTE]})

    quote_id: QuoteId
    kind: Literal["upgrade", "downgrade"]
    plan: PlanView
    total: int = Field(ge=0, examples=[4450])
    currency: CurrencyCode
    lines: list[LineView]
    prorated_at: datetime
    takes_effect_at: datetime
    expires_at: datetime


class PageView(BaseModel):
    """Where to send the reader."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PAGE]})

    next_action: NextAction
