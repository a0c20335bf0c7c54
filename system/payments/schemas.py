from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from system.kit.http import Body
from system.kit.money import AMOUNT_MAX
from system.payments.models import RefundReason, RefundStatus, Status

Amount = Annotated[int, Field(ge=1, le=AMOUNT_MAX, description="In minor units of the currency.", examples=[4900])]
CurrencyCode = Annotated[str, Field(pattern=r"^[a-z]{3}$", examples=["usd"])]
PriceId = Annotated[str, Field(pattern=r"^[!-~]{1,64}$", examples=["prc_course_python"])]
PaymentId = Annotated[str, Field(pattern=r"^[!-~]{1,64}$", examples=["pay_06h0j64n3deykgwc9v0s35z45n"])]
"""Of any form: what is no id of ours is not found, like somebody else's."""

_PAYMENT_ID = "pay_06h0j64n3deykgwc9v0s35z45n"
_ORDER: JsonDict = {
    "price_id": "prc_tokens_100",
    "expected_amount": 499,
    "expected_currency": "usd",
    "payment_method": "pm_card_visa",
}
_PAYMENT: JsonDict = {
    "payment_id": _PAYMENT_ID,
    "status": "succeeded",
    "price_id": "prc_tokens_100",
    "item_id": "itm_tokens_100",
    "item_name": "100 tutor tokens",
    "amount": 499,
    "currency": "usd",
    "refunded_amount": 0,
    "refundable_amount": 499,
    "next_action": None,
    "failure": None,
    "receipt_url": f"https://learn.example.com/payments/{_PAYMENT_ID}/receipt",
    "created_at": "2026-11-23T15:04:05.123456Z",
    "updated_at": "2026-11-23T15:04:05.234567Z",
}
_REFUND_ORDER: JsonDict = {
    "payment_id": _PAYMENT_ID,
    "amount": 199,
    "currency": "usd",
    "reason": "requested_by_customer",
}
_REFUND: JsonDict = {
    "refund_id": "rfd_06h0j64n3deykgwc9v0s35z45n",
    "payment_id": _PAYMENT_ID,
    "amount": 199,
    "currency": "usd",
    "reason": "requested_by_customer",
    "status": "succeeded",
    "created_at": "2026-11-23T15:05:06.123456Z",
}


class Order(Body):
    """What to buy, and what the buyer was told that it costs: the amount is checked, never charged."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ORDER]})

    price_id: PriceId
    expected_amount: Amount
    expected_currency: CurrencyCode
    payment_method: Annotated[
        str | None,
        Field(
            pattern=r"^pm_[A-Za-z0-9_]{1,80}$",
            description="A payment method of the processor; without one the answer leads to a page that takes a card.",
            examples=["pm_card_visa"],
        ),
    ] = None


class RefundOrder(Body):
    """What to give back. Without an amount, all that is left."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REFUND_ORDER]})

    payment_id: PaymentId
    amount: Amount | None = None
    currency: CurrencyCode | None = None
    reason: RefundReason | None = None
    note: Annotated[
        str | None, Field(min_length=1, max_length=500, description="Why; an admin says it to refund after the window.")
    ] = None


class NextAction(BaseModel):
    """Where to send the buyer."""

    type: Literal["redirect"] = "redirect"
    url: str


class Failure(BaseModel):
    code: str = Field(examples=["insufficient_funds"])
    message: str


class PaymentView(BaseModel):
    """A payment as its owner sees it. Amounts are in minor units of `currency`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PAYMENT]})

    payment_id: PaymentId
    status: Status
    price_id: PriceId
    item_id: str = Field(examples=["itm_course_python"])
    item_name: str = Field(examples=["Python from the ground up"])
    amount: Amount
    currency: CurrencyCode
    refunded_amount: int = Field(ge=0, description="What was given back.", examples=[0])
    refundable_amount: int = Field(ge=0, description="What is neither given back nor about to be.", examples=[4900])
    next_action: NextAction | None = None
    failure: Failure | None = None
    receipt_url: str | None = None
    created_at: datetime
    updated_at: datetime


class RefundView(BaseModel):
    """A refund as the account sees it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REFUND]})

    refund_id: str = Field(examples=["rfd_06h0j64n3deykgwc9v0s35z45n"])
    payment_id: PaymentId
    amount: Amount
    currency: CurrencyCode
    reason: RefundReason | None = None
    status: RefundStatus
    created_at: datetime
