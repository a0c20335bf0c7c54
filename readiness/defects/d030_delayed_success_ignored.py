"""A payment that succeeds days after its page is never fulfilled: nobody listens to the event that tells of it."""

from system.webhooks.handlers import HANDLERS

ROW = 30
SOURCE = "AI-Shipping-Labs/website#1423"
CHECK = (
    "contract/subscriptions/test_delayed_payments.py"
    "::test_money_that_comes_later_opens_what_it_paid_for_with_one_receipt"
)


def apply() -> None:
    del HANDLERS["checkout.session.async_payment_succeeded"]
