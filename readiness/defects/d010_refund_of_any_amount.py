"""A refund's amount and currency are taken as they come: of another currency, and more than was paid."""

from typing import Any

from system.kit.money import Money
from system.payments import refunds

ROW = 10
SOURCE = "juspay/hyperswitch#13182 and the catalogue's table of bad amounts"
CHECK = "contract/test_refunds.py::test_a_bad_amount_never_reaches_the_processor"


def apply() -> None:
    assert callable(refunds.asked_for)

    def asked_for(payment: Any, order: Any, **_: Any) -> Money:
        return Money(min(order.amount or payment.amount, payment.amount), payment.currency)

    refunds.asked_for = asked_for
