"""Changes of a subscription that are charged at once, and hold only once that is paid."""

from collections.abc import Callable
from urllib.parse import quote

from system.processor.billing import (
    BilledInvoice,
    BilledSubscription,
    BillingAnswer,
    ChangePreview,
    PriceChange,
)
from system.processor.billing_requests import change_params, end_trial_params, preview_params
from system.processor.port import Declined, Unavailable, Unknown
from system.processor.stripe_api import Json, Refused, Reply, our_mistake
from system.processor.stripe_collecting import StripeCollecting
from system.processor.stripe_invoices import preview_of, prices_of
from system.processor.stripe_objects import id_of
from system.processor.stripe_subscriptions import item_of

_NOT_PAID = Declined("change_not_paid", "The change was not paid in time; ask for it again.")


class StripeChanges(StripeCollecting):
    async def preview_change(self, change: PriceChange) -> ChangePreview | Unavailable | Unknown:
        named = await self._named(change)
        if not isinstance(named, tuple):
            return named
        raw, price = named
        params = preview_params(change, item=item_of(raw)["id"], price=price)
        reply = await self._api.ask("post", "/v1/invoices/create_preview", params)
        if isinstance(reply, Refused):
            return our_mistake(reply)
        if not isinstance(reply, dict):
            return reply
        names = await self._prices.names(prices_of(reply["lines"]["data"]))
        return names if isinstance(names, Unknown) else preview_of(reply, names)

    async def change_price(self, change: PriceChange) -> BillingAnswer:
        named = await self._named(change)
        if not isinstance(named, tuple):
            return named
        raw, price = named
        item = item_of(raw)
        if item["price"]["id"] == price and not (change.ends_trial and raw["status"] == "trialing"):
            # Done before, and perhaps so long ago that the key is forgotten: a new period would be charged twice.
            return await self._subscription(raw)
        key = f"change:{change.change_id}"
        path = f"/v1/subscriptions/{quote(change.processor_subscription_id, safe='')}"
        reply = await self._api.ask("post", path, change_params(change, item=item["id"], price=price), key=key)
        return await self._once_paid(reply, lambda found: found.price_id == change.price.price_id, key=key)

    async def end_trial(self, processor_subscription_id: str, *, key: str) -> BillingAnswer:
        raw = await self._known(processor_subscription_id)
        if not isinstance(raw, dict):
            return raw
        if raw["status"] != "trialing":
            return await self._subscription(raw)
        path = f"/v1/subscriptions/{quote(processor_subscription_id, safe='')}"
        reply = await self._api.ask("post", path, end_trial_params(), key=key)
        return await self._once_paid(reply, lambda found: found.status != "trialing", key=key)

    async def _named(self, change: PriceChange) -> tuple[Json, str] | Unavailable | Unknown:
        """Return the subscription that is changed, whose item stays the same for ever, and Stripe's id of the price."""
        raw = await self._known(change.processor_subscription_id)
        if isinstance(raw, Unknown):
            return raw
        price = await self._prices.id_of(change.price)
        return (raw, price) if isinstance(price, str) else price

    async def _once_paid(self, reply: Reply, holds: Callable[[BilledSubscription], bool], *, key: str) -> BillingAnswer:
        """A bank's question leaves what was asked for waiting; a no ends it, and nothing is charged for it later."""
        found = await self._became(reply)
        if not isinstance(found, BilledSubscription) or holds(found):
            return found
        assert isinstance(reply, dict)
        invoice = await self._read_invoice(str(id_of(reply["latest_invoice"])))
        if not isinstance(invoice, BilledInvoice):
            return invoice
        if invoice.status == "open" and (invoice.requires_action or invoice.failure is None):
            return found
        return await self._given_up(found, invoice, key=key)

    async def _given_up(self, found: BilledSubscription, invoice: BilledInvoice, *, key: str) -> BillingAnswer:
        ended = await self.void_invoice(invoice.processor_invoice_id, key=f"{key}:void")
        if not isinstance(ended, BilledInvoice):
            return Unknown(ended.reason)
        if ended.status == "paid":
            # Its owner was faster, on the invoice's own page.
            return await self._present(found.processor_subscription_id)
        return invoice.failure or _NOT_PAID
