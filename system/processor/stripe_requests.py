"""What Stripe is asked, parameter by parameter. Pure: the same attempt is asked in the same words every time.

That is what makes asking again safe: Stripe refuses an idempotency key that comes with other parameters.
"""

from typing import Any

from system.processor.port import Attempt, RefundAttempt

Params = dict[str, Any]

INTENT = ["latest_charge.balance_transaction"]
SESSION = ["payment_intent.latest_charge.balance_transaction"]
REFUND = ["balance_transaction", "failure_balance_transaction"]
DISPUTE = ["charge"]
"""What is asked for with each object, so that the fee comes in the same reply."""


def intent_params(attempt: Attempt) -> Params:
    """Return the PaymentIntent that is made and confirmed in one request."""
    return {
        "amount": attempt.money.amount,
        "currency": attempt.money.currency,
        "customer": attempt.customer_id,
        "payment_method": attempt.payment_method,
        "allowed_payment_method_types": ["card"],
        # The default captures a little later, and the fee would then come with another request.
        "capture_method": "automatic",
        "confirm": True,
        "return_url": attempt.return_url,
        "description": attempt.description,
        "metadata": _metadata(attempt),
        "expand": INTENT,
    }


def session_params(attempt: Attempt) -> Params:
    """Return the Checkout Session that takes a card for exactly this payment."""
    product = {"name": attempt.description}
    price = {"currency": attempt.money.currency, "unit_amount": attempt.money.amount, "product_data": product}
    return {
        "mode": "payment",
        "customer": attempt.customer_id,
        "client_reference_id": attempt.payment_id,
        "line_items": [{"price_data": price, "quantity": 1}],
        "allowed_payment_method_types": ["card"],
        "payment_intent_data": {"metadata": _metadata(attempt), "capture_method": "automatic"},
        "metadata": _metadata(attempt),
        "success_url": attempt.return_url,
        "cancel_url": attempt.cancel_url,
        "expires_at": int(attempt.expires_at.timestamp()),
    }


def refund_params(attempt: RefundAttempt) -> Params:
    params = {
        "payment_intent": attempt.processor_payment_id,
        "amount": attempt.money.amount,
        "metadata": {"refund_id": attempt.refund_id, "payment_id": attempt.payment_id},
        "expand": REFUND,
    }
    return params | ({"reason": attempt.reason} if attempt.reason else {})


def within_list(expand: list[str]) -> list[str]:
    """Return what to expand of each object in a list."""
    return [f"data.{name}" for name in expand]


def _metadata(attempt: Attempt) -> dict[str, str]:
    return {"payment_id": attempt.payment_id, "account_id": attempt.account_id}
