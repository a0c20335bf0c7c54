"""Honest objects to start from; a test changes the one field that it is about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from system.kit.money import Money
from system.payments.models import Payment, Refund
from system.processor.port import Charged, Movement, Refunded
from system.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

SETTINGS = Settings.model_validate(
    {
        "public_url": "http://127.0.0.1:8000",
        "secret_key": "k" * 40,
        "database_url": "postgresql://nobody@127.0.0.1/none",
        "stripe_api_key": "sk_test_" + "a" * 24,
        "stripe_webhook_secret": "whsec_" + "b" * 32,
        "smtp_url": "smtp://127.0.0.1:25",
        "mail_from": "receipts@example.com",
    }
)


def payment(**changes: Any) -> Payment:  # noqa: ANN401 - any field
    """Return a payment of 49.00 USD in `processing`."""
    base = Payment(
        payment_id="pay_1",
        account_id="usr_1",
        price_id="prc_1",
        item_id="itm_1",
        item_name="A course",
        repeatable=False,
        amount=4900,
        currency="usd",
        payment_method="pm_card_visa",
        status="processing",
        refunded_amount=0,
        reserved_amount=0,
        next_action_url=None,
        failure_code=None,
        failure_message=None,
        processor_customer_id="cus_1",
        processor_session_id=None,
        processor_payment_id=None,
        processor_charge_id=None,
        processor_balance_transaction_id=None,
        processor_invoice_id=None,
        captured_at=None,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(base, **changes)


def paid(**changes: Any) -> Payment:  # noqa: ANN401 - any field
    """Return a payment of 49.00 USD that succeeded."""
    settled = {"status": "succeeded", "processor_payment_id": "pi_1", "processor_charge_id": "ch_1", "captured_at": NOW}
    return payment(**{**settled, **changes})


def charged(**changes: Any) -> Charged:  # noqa: ANN401 - any field
    """Return the answer that 49.00 USD were charged, for a fee of 1.72."""
    movement = Movement("txn_1", gross=Money(4900, "usd"), fee=Money(172, "usd"), net=Money(4728, "usd"))
    base = Charged("pi_1", "ch_1", Money(4900, "usd"), customer_id="cus_1", movement=movement)
    return replace(base, **changes)


def refund(**changes: Any) -> Refund:  # noqa: ANN401 - any field
    """Return a refund of 10.00 USD that nobody answered yet."""
    base = Refund(
        refund_id="rfd_1",
        payment_id="pay_1",
        account_id="usr_1",
        amount=1000,
        currency="usd",
        reason=None,
        note=None,
        requested_by="usr_1",
        status="pending",
        failure_code=None,
        processor_refund_id=None,
        processor_balance_transaction_id=None,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(base, **changes)


def refunded(**changes: Any) -> Refunded:  # noqa: ANN401 - any field
    """Return the answer that 10.00 USD went back."""
    out = Movement("txn_2", gross=Money(-1000, "usd"), fee=Money(0, "usd"), net=Money(-1000, "usd"))
    base = Refunded("re_1", "ch_1", "pi_1", Money(1000, "usd"), "succeeded", our_refund_id="rfd_1", movement=out)
    return replace(base, **changes)
