"""Two kinds of event tell of one payment, and each of them fulfils it: the books have it twice."""

from dataclasses import replace
from typing import Any

from system.kit.ids import new_id
from system.ledger import repository as ledger
from system.payments import settlement
from system.payments.models import Payment
from system.processor.port import Charged

ROW = 2
SOURCE = "woocommerce/woocommerce-gateway-stripe#3326"
CHECK = "contract/test_webhooks.py::test_the_order_of_events_does_not_matter"


def apply() -> None:
    """Know an event again by its own id alone: what it tells of is booked anew with every kind that tells of it."""
    apply_answer, book = settlement.transitions.apply, ledger.insert

    def apply_again(payment: Payment, answer: Any) -> Payment:
        if isinstance(answer, Charged) and payment.status == "succeeded":
            return replace(payment)
        return apply_answer(payment, answer)

    async def insert_entry(conn: Any, entry: Any) -> bool:
        key = f"{entry.business_key}:{new_id('x', entry.posted_at)}"
        return await book(conn, replace(entry, business_key=key))

    settlement.transitions.apply = apply_again
    ledger.insert = insert_entry
    Payment.is_live = property(lambda payment: payment.status not in {"declined", "canceled"})
