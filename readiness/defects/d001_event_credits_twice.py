"""The same event delivered twice credits twice: the sale is booked again with every delivery."""

from dataclasses import replace
from typing import Any

from system.kit.ids import new_id
from system.ledger import repository as ledger
from system.payments import settlement
from system.payments.models import Payment
from system.processor.port import Charged
from system.webhooks import repository as inbox

ROW = 1
SOURCE = "wasp-lang/open-saas#688; pollinations/pollinations#10621; diggerhq/opencomputer#275"
CHECK = "contract/test_webhooks.py::test_an_event_delivered_five_times_has_its_effect_once"


def apply() -> None:
    """Forget what was received, take a paid payment for an open one, and book under a key that is always new."""
    receive, apply_answer, book = inbox.insert, settlement.transitions.apply, ledger.insert

    async def insert_event(*args: Any, **kwargs: Any) -> bool:
        await receive(*args, **kwargs)
        return True

    def apply_again(payment: Payment, answer: Any) -> Payment:
        if isinstance(answer, Charged) and payment.status == "succeeded":
            return replace(payment)
        return apply_answer(payment, answer)

    async def insert_entry(conn: Any, entry: Any) -> bool:
        key = f"{entry.business_key}:{new_id('x', entry.posted_at)}"
        return await book(conn, replace(entry, business_key=key))

    inbox.insert = insert_event
    settlement.transitions.apply = apply_again
    ledger.insert = insert_entry
    Payment.is_live = property(lambda payment: payment.status not in {"declined", "canceled"})
