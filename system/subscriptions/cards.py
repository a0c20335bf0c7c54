"""Another card, typed on the processor's page: adopted when its owner comes back, or when the event tells of it."""

from dataclasses import dataclass

from system.audit.service import Actor
from system.context import System
from system.kit.ids import new_id
from system.kit.problems import ServiceUnavailable
from system.payments.answers import base_url
from system.payments.problems import ProcessorUnavailable
from system.processor.billing import BilledInvoice, BilledSubscription, Card
from system.processor.port import ActionRequired, Declined
from system.subscriptions import quoting, repository, syncing
from system.subscriptions.models import Subscription
from system.subscriptions.problems import ChangeRefused


@dataclass(frozen=True, slots=True)
class Adoption:
    """What became of a page for a card: the subscription, and whether the card is what it is charged to now."""

    subscription: Subscription
    card_is_used: bool


async def open_page(system: System, account_id: str) -> str:
    """Return the address of a page that takes another card for the account's subscription."""
    async with system.db.statement() as conn:
        subscription = await quoting.live(conn, account_id)
    if subscription.processor_customer_id is None or subscription.processor_subscription_id is None:
        raise ChangeRefused("The subscription has not begun; its own page takes the card.")
    base = base_url(system.settings)
    page = await system.processor.open_card_page(
        customer_id=subscription.processor_customer_id,
        subscription_id=subscription.subscription_id,
        return_url=f"{base}/subscription/card",
        cancel_url=f"{base}/subscription",
        key=new_id("crd", system.clock.now()),
    )
    if isinstance(page, ActionRequired):
        return page.url
    raise ProcessorUnavailable(f"The card processor opens no page now ({page.reason}); try again.", retry_after_s=5)


async def adopt(system: System, subscription_id: str, session_id: str, *, actor: Actor) -> Adoption:
    """Charge the card of a finished page from now on, and what is owed at once; a page that is open changes nothing.

    The keys are made of the page's id: two who adopt it have the effect of one.
    """
    async with system.db.statement() as conn:
        subscription = await repository.get(conn, subscription_id)
    card = await system.processor.card_of_page(session_id)
    used = False
    if isinstance(card, Card) and subscription.is_live:
        used = await _use(system, subscription, card, key=f"page:{session_id}")
    return Adoption(await syncing.sync(system, subscription_id, actor=actor), used)


async def _use(system: System, subscription: Subscription, card: Card, *, key: str) -> bool:
    """Charge the card from now on; False if it is refused, as one of another customer is."""
    theirs, customer = subscription.processor_subscription_id, subscription.processor_customer_id
    assert theirs is not None, "a page for a card is opened for what is billed"
    assert customer is not None, "what is billed has a customer"
    used = await system.processor.use_card(theirs, customer_id=customer, payment_method=card.payment_method_id, key=key)
    if isinstance(used, Declined):
        return False
    if not isinstance(used, BilledSubscription):
        raise ServiceUnavailable(f"The card processor does not take the card now ({used.reason}).")
    if subscription.open_invoice_id is None:
        return True
    paid = await system.processor.pay_invoice(subscription.open_invoice_id, key=f"{key}:pay")
    if not isinstance(paid, BilledInvoice | Declined):
        raise ServiceUnavailable(f"The card processor does not answer ({paid.reason}).")
    return True
