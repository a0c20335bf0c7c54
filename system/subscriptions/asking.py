"""Each kind of change, in the processor's verbs."""

from collections.abc import Awaitable

from system.processor.billing import BilledInvoice, BilledSubscription, BillingAnswer, BillingProcessor
from system.processor.port import Declined
from system.subscriptions.models import Change, Plan, Quote, Subscription
from system.subscriptions.quoting import change_for


def ask(
    processor: BillingProcessor, change: Change, subscription: Subscription, quote: Quote | None, plan: Plan | None
) -> Awaitable[BillingAnswer]:
    """Ask for a change, under keys made of its id."""
    theirs = subscription.processor_subscription_id
    assert theirs is not None, "only what the processor bills is changed"
    key = f"change:{change.change_id}"
    match change.kind:
        case "upgrade" | "downgrade":
            return _change_price(processor, change, subscription, quote, plan)
        case "cancel" | "uncancel":
            return processor.cancel_at_period_end(theirs, cancel=change.kind == "cancel", key=key)
        case "use_card":
            return _use_card(processor, change, subscription, theirs)
        case "keep_plan" | "cancel_now" | "pause" | "resume":
            verbs = {
                "keep_plan": processor.unschedule_price,
                "cancel_now": processor.cancel_now,
                "pause": processor.pause,
                "resume": processor.resume,
            }
            return verbs[change.kind](theirs, key=key)


def _change_price(
    processor: BillingProcessor, change: Change, subscription: Subscription, quote: Quote | None, plan: Plan | None
) -> Awaitable[BillingAnswer]:
    assert quote is not None, "the table refuses such a change without a quote"
    assert plan is not None, "a quote is of a plan"
    wanted = change_for(subscription, quote, plan, change_id=change.change_id)
    return processor.change_price(wanted) if change.kind == "upgrade" else processor.schedule_price(wanted)


async def _use_card(
    processor: BillingProcessor, change: Change, subscription: Subscription, theirs: str
) -> BillingAnswer:
    """Charge another card from now on, and try at once what is owed; that try is beside the schedule."""
    assert change.payment_method is not None, "the card was read before the change was recorded"
    assert subscription.processor_customer_id is not None, "what is billed has a customer"
    key = f"change:{change.change_id}"
    used = await processor.use_card(
        theirs, customer_id=subscription.processor_customer_id, payment_method=change.payment_method, key=key
    )
    owed = subscription.open_invoice_id
    if not isinstance(used, BilledSubscription) or owed is None:
        return used
    paid = await processor.pay_invoice(owed, key=f"{key}:pay")
    if isinstance(paid, BilledInvoice):
        return used
    if isinstance(paid, Declined):
        return Declined(paid.code, f"The card is stored, and was declined for what is owed: {paid.message}")
    return paid
