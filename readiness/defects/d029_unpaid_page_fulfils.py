"""A page that is completed counts as paid: with a bank debit, the money comes days later, or never."""

from typing import Any

from system.entitlements import service as entitlements
from system.webhooks.handlers import checkout_session_completed
from system.webhooks.matching import payment_of

ROW = 29
SOURCE = "AI-Shipping-Labs/website#1423"
CHECK = "contract/subscriptions/test_delayed_payments.py::test_a_completed_page_that_is_not_paid_opens_nothing"


def apply() -> None:
    """Open what was bought when the page is through, whatever its `payment_status` says."""
    assert callable(checkout_session_completed.handle)

    async def handle(system: Any, event: Any) -> Any:
        payment = await payment_of(system, event, amount_member="amount_total")

        async def effect(conn: Any) -> None:
            bought = {"account_id": payment.account_id, "item_id": payment.item_id, "payment_id": payment.payment_id}
            await entitlements.grant(conn, **bought, now=system.clock.now())

        return effect

    checkout_session_completed.handle = handle
