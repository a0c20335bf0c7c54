"""An end that is not asked for by the owner: renewals stop when a bank takes back what one was paid with."""

from system.audit.service import Actor
from system.context import System
from system.kit.problems import ServiceUnavailable
from system.processor.billing import BilledSubscription
from system.processor.port import Declined
from system.subscriptions import invoice_repository, repository, syncing


async def end_renewals(system: System, processor_invoice_id: str, *, because: str, actor: Actor) -> None:
    """Let the subscription that an invoice was for end with its period; one that is owed money ends at once.

    Asked twice for one reason, it has the effect of once. ServiceUnavailable if the processor does not do it now.
    """
    async with system.db.statement() as conn:
        invoice = await invoice_repository.find(conn, processor_invoice_id)
        subscription = await repository.get(conn, invoice.subscription_id) if invoice else None
    if subscription is None or not subscription.is_live or subscription.cancel_at_period_end:
        return
    theirs = subscription.processor_subscription_id
    assert theirs is not None, "what was billed has begun"
    if subscription.status in ("active", "trialing"):
        answer = await system.processor.cancel_at_period_end(theirs, cancel=True, key=f"end:{because}")
    else:
        answer = await system.processor.cancel_now(theirs, key=f"end:{because}")
    if not isinstance(answer, BilledSubscription | Declined):
        raise ServiceUnavailable(f"The card processor does not end the renewals now ({answer.reason}).")
    await syncing.sync(system, subscription.subscription_id, actor=actor)
