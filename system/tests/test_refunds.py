from datetime import timedelta

import pytest

from system.kit.money import Money
from system.kit.problems import InvalidRequest, Problem
from system.payments.problems import NotRefundable, RefundExceedsRemaining
from system.payments.refunds import asked_for, judge
from system.payments.schemas import RefundOrder
from system.tests.examples import NOW, paid, payment

_ALL = Money(4900, "usd")


@pytest.mark.parametrize("status", ["processing", "requires_action", "declined", "canceled", "uncertain"])
def test_only_a_payment_that_succeeded_is_refunded(status: str) -> None:
    with pytest.raises(NotRefundable, match=status):
        judge(payment(status=status), _ALL, now=NOW, may_override=True)


@pytest.mark.parametrize(
    ("reserved", "asked", "fits"), [(0, 4900, True), (1, 4900, False), (4899, 1, True), (4900, 1, False)]
)
def test_refunds_share_what_was_paid(reserved: int, asked: int, fits: bool) -> None:  # noqa: FBT001 - a column of the table
    refusal: Problem | None = None
    try:
        judge(paid(reserved_amount=reserved), Money(asked, "usd"), now=NOW, may_override=False)
    except RefundExceedsRemaining as refused:
        refusal = refused

    assert (refusal is None) == fits
    assert refusal is None or refusal.members == {"refundable_amount": 4900 - reserved}


def test_the_window_closes_30_days_after_the_capture_to_the_instant() -> None:
    judge(paid(), _ALL, now=NOW + timedelta(days=30), may_override=False)

    with pytest.raises(NotRefundable, match="30 days"):
        judge(paid(), _ALL, now=NOW + timedelta(days=30, microseconds=1), may_override=False)


def test_an_admin_who_says_why_refunds_after_the_window() -> None:
    judge(paid(), _ALL, now=NOW + timedelta(days=300), may_override=True)


def test_a_refund_without_amount_is_of_all_that_is_left() -> None:
    order = RefundOrder(payment_id="pay_1")

    assert asked_for(paid(reserved_amount=900), order, step=1) == Money(4000, "usd")


@pytest.mark.parametrize(
    ("order", "step", "field"),
    [
        (RefundOrder(payment_id="pay_1", amount=4901), 1, "body.amount"),
        (RefundOrder(payment_id="pay_1", amount=1, currency="eur"), 1, "body.currency"),
        (RefundOrder(payment_id="pay_1", amount=5), 10, "body.amount"),
    ],
    ids=["more than was paid", "another currency", "no multiple of the step"],
)
def test_an_amount_that_can_never_be_right_is_a_malformed_request(order: RefundOrder, step: int, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        asked_for(paid(), order, step=step)

    assert refused.value.members["errors"][0]["field"] == field


@pytest.mark.parametrize("amount", [0, -1, True, 1.0, "1", 2**53], ids=repr)
def test_what_is_no_amount_never_reaches_the_rules(amount: object) -> None:
    with pytest.raises(ValueError, match="amount"):
        RefundOrder.model_validate({"payment_id": "pay_1", "amount": amount})
