from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from system.kit.http import Body
from system.kit.money import AMOUNT_MAX
from system.payments.models import RefundReason, RefundStatus, Status

Amount = Annotated[int, Field(ge=1, le=AMOUNT_MAX, description="In minor units of the currency.", examples=[4900])]
CurrencyCode = Annotated[str, Field(pattern=r"^[a-z]{3}$", examples=["usd"])]
PriceId = Annotated[str, Field(pattern=r"^[!-~]{1,64}$", examples=["prc_course_python"])]
PaymentId = Annotated[str, Field(pattern=r"^[!-~]{1,64}$", examples=["pay_06h0j64n3deykgwc9v0s35z45n"])]
"""Of any form: what is no id of ours is not found, like somebody else's."""


class Order(Body):
    """What to buy, and what the buyer was told that it costs: the amount is checked, never charged."""

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

    refund_id: str = Field(examples=["rfd_06h0j64n3deykgwc9v0s35z45n"])
    payment_id: PaymentId
    amount: Amount
    currency: CurrencyCode
    reason: RefundReason | None = None
    status: RefundStatus
    created_at: datetime
