"""A subscription to start from, as our row has it and as the processor does; a test changes what it is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from system.kit.money import Money
from system.processor.billing import BilledInvoice, BilledSubscription
from system.processor.port import Declined
from system.subscriptions import states
from system.subscriptions.models import Change, Subscription

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
END = datetime(2026, 2, 28, 12, tzinfo=UTC)
NOW = START + timedelta(days=1)

OPENING = Subscription(
    subscription_id="sbn_1",
    account_id="usr_1",
    price_id="prc_pro_month",
    payment_method="pm_card_visa",
    trial_days=0,
    status="opening",
    processor_customer_id="cus_1",
    processor_subscription_id=None,
    processor_session_id=None,
    next_action_url=None,
    failure_code=None,
    failure_message=None,
    period_start=None,
    period_end=None,
    anchor=None,
    trial_end=None,
    cancel_at_period_end=False,
    canceled_at=None,
    ended_at=None,
    past_due_at=None,
    pending_price_id=None,
    scheduled_price_id=None,
    scheduled_at=None,
    card_brand=None,
    card_last4=None,
    card_expires=None,
    open_invoice_id=None,
    payment_id=None,
    version=0,
    created_at=START,
    updated_at=START,
)
BILLED = BilledSubscription(
    processor_subscription_id="sub_1",
    subscription_id="sbn_1",
    customer_id="cus_1",
    status="active",
    price_id="prc_pro_month",
    period_start=START,
    period_end=END,
    anchor=START,
    created_at=START,
    trial_end=None,
    cancel_at_period_end=False,
    canceled_at=None,
    ended_at=None,
    pending_price_id=None,
    scheduled=None,
    latest_invoice=None,
    card=None,
)
OWED = BilledInvoice(
    processor_invoice_id="in_2",
    processor_subscription_id="sub_1",
    customer_id="cus_1",
    status="open",
    reason="subscription_cycle",
    total=Money(999, "usd"),
    amount_due=Money(999, "usd"),
    amount_paid=Money(0, "usd"),
    lines=(),
    attempts=1,
    next_attempt_at=END + timedelta(days=1),
    created_at=END,
    finalized_at=END + timedelta(hours=1),
    paid_at=None,
    pay_url="https://pay.example.com/in_2",
    charge=None,
    failure=Declined("card_declined", "The card was declined."),
    requires_action=False,
)
ACTIVE = states.applied(OPENING, BILLED, NOW)
PAST_DUE = states.applied(ACTIVE, replace(BILLED, status="past_due", latest_invoice=OWED), NOW)
NEW_CARD = Change(
    change_id="chg_1",
    subscription_id="sbn_1",
    account_id="usr_1",
    kind="use_card",
    quote_id=None,
    payment_method="pm_1",
    refund=False,
    status="asked",
    failure_code=None,
    failure_message=None,
    created_at=NOW,
    updated_at=NOW,
)
