"""The mails that subscriptions owe, each once for its fact. Whoever has cancelled gets none about a failed card."""

from datetime import datetime

from system.kit.db import Connection
from system.kit.wording import moment
from system.notifications import repository
from system.payments.models import Payment
from system.processor.billing import BilledInvoice
from system.subscriptions.models import Plan, Subscription

RENEWAL = "subscription_cycle"
"""The processor's word for an invoice that no change of the subscription has made."""


async def owe_receipt(
    conn: Connection,
    subscription: Subscription,
    plan: Plan,
    *,
    payment: Payment,
    invoice: BilledInvoice,
    now: datetime,
) -> None:
    """Owe the receipt of what was charged; that of a renewal confirms it.

    Its period is the invoice's own: the subscription may be in a later one when we hear of the payment.
    """
    facts: dict[str, object] = {
        "payment_id": payment.payment_id,
        "plan": plan.name,
        "amount": str(payment.money),
        "until": _day(max((line.ends_at for line in invoice.lines), default=subscription.period_end)),
    }
    template = "renewal" if invoice.reason == RENEWAL else "subscription_receipt"
    await _owe(conn, subscription, template, key=payment.payment_id, facts=facts, now=now)


async def owe_begun(conn: Connection, subscription: Subscription, plan: Plan, now: datetime) -> None:
    facts: dict[str, object] = {
        "plan": plan.name,
        "trial": subscription.status == "trialing",
        "until": _day(subscription.period_end),
    }
    await _owe(conn, subscription, "subscription_begun", key=subscription.subscription_id, facts=facts, now=now)


async def owe_failure(
    conn: Connection, subscription: Subscription, plan: Plan, invoice: BilledInvoice, now: datetime
) -> None:
    """Owe word of an attempt that failed; the last one says that it is the last. The page it leads to takes a card."""
    facts: dict[str, object] = {
        "plan": plan.name,
        "amount": str(invoice.amount_due),
        "reason": invoice.failure.message if invoice.failure else "The card was declined.",
        "next": moment(invoice.next_attempt_at) if invoice.next_attempt_at else None,
    }
    key = f"{invoice.processor_invoice_id}:{invoice.attempts}"
    await _owe(conn, subscription, "renewal_failed", key=key, facts=facts, now=now)


async def owe_trial_end(conn: Connection, subscription: Subscription, plan: Plan, now: datetime) -> None:
    facts: dict[str, object] = {"plan": plan.name, "amount": str(plan.money), "until": _day(subscription.trial_end)}
    await _owe(conn, subscription, "trial_ending", key=subscription.subscription_id, facts=facts, now=now)


async def owe_ending(conn: Connection, subscription: Subscription, plan: Plan, now: datetime) -> None:
    """Owe word that the subscription will end with its period, once for each time that this is asked for."""
    facts: dict[str, object] = {"plan": plan.name, "until": _day(subscription.period_end)}
    key = f"{subscription.subscription_id}:{subscription.canceled_at}"
    await _owe(conn, subscription, "subscription_ending", key=key, facts=facts, now=now)


async def owe_ended(conn: Connection, subscription: Subscription, plan: Plan, now: datetime) -> None:
    facts: dict[str, object] = {"plan": plan.name, "on": _day(subscription.ended_at)}
    await _owe(conn, subscription, "subscription_ended", key=subscription.subscription_id, facts=facts, now=now)


async def _owe(
    conn: Connection, subscription: Subscription, template: str, *, key: str, facts: dict[str, object], now: datetime
) -> None:
    await repository.insert(
        conn, event_key=key, template=template, recipient=subscription.account_id, facts=facts, now=now
    )


def _day(instant: datetime | None) -> str:
    assert instant is not None, "a subscription that has begun has its dates"
    return f"{instant.day} {instant:%B %Y}"
