"""A bank that only asks is taken for one that has the money: what was paid for is closed without a reason."""

from typing import Any

from system.payments import disputes

ROW = 18
SOURCE = "the catalogue's row 18"
CHECK = "contract/test_disputes.py::test_an_inquiry_moves_no_money_and_closes_nothing"


def apply() -> None:
    assert callable(disputes.takes_money)

    def takes_money_always(_: Any) -> bool:
        return True

    disputes.takes_money = takes_money_always
