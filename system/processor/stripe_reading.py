"""What has become of a bill: read afresh after every verb, for a reply that is replayed tells of the past."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from system.processor.billing import BilledInvoice, BilledSubscription, BillingAnswer
from system.processor.billing_requests import PAGE_OF_SUBSCRIPTION, seconds
from system.processor.port import ActionRequired, Canceled, Declined, ProcessorAwayError, Unavailable, Unknown
from system.processor.stripe_api import Json, Refused, Reply, StripeApi, our_mistake
from system.processor.stripe_invoices import INVOICE, invoice_answer, paying_intent, prices_of
from system.processor.stripe_objects import declined
from system.processor.stripe_prices import StripePrices
from system.processor.stripe_requests import INTENT, within_list
from system.processor.stripe_subscriptions import SUBSCRIPTION, subscription_answer


class StripeReading:
    def __init__(self, api: StripeApi) -> None:
        self._api = api
        self._prices = StripePrices(api)

    async def retrieve_subscription(self, processor_subscription_id: str) -> BilledSubscription | Unknown | None:
        raw = await self._raw(processor_subscription_id)
        return await self._subscription(raw) if isinstance(raw, dict) else raw

    async def find_subscription(
        self, *, subscription_id: str, customer_id: str
    ) -> BilledSubscription | ActionRequired | Canceled | Unknown | None:
        ours = {"subscription_id": subscription_id}
        params: Json = {"customer": customer_id, "status": "all", "expand": within_list(["default_payment_method"])}
        found = await self._api.search("/v1/subscriptions", ours, params)
        if isinstance(found, dict):
            return await self.retrieve_subscription(found["id"])
        if found is not None:
            return found
        # A page that was open a moment ago may have begun it since: what it then names is read.
        of_page = {**ours, "kind": PAGE_OF_SUBSCRIPTION}
        page = await self._api.search("/v1/checkout/sessions", of_page, {"customer": customer_id})
        return await self._of_page(page) if isinstance(page, dict) else page

    async def subscription_of_page(self, session_id: str) -> BilledSubscription | ActionRequired | Canceled | Unknown:
        page = await self._api.read(f"/v1/checkout/sessions/{quote(session_id, safe='')}", [])
        if isinstance(page, dict):
            return await self._of_page(page)
        return page or Unknown("there is no such page")

    async def _of_page(self, page: Json) -> BilledSubscription | ActionRequired | Canceled | Unknown:
        if page["status"] == "open":
            return ActionRequired(page["url"], session_id=page["id"])
        if page["status"] == "expired":
            return Canceled("expired")
        if not page.get("subscription"):
            return Unknown("the page is complete and has no subscription yet")
        return await self._present(str(page["subscription"]))

    async def invoices_of(
        self, processor_subscription_id: str, *, since: datetime
    ) -> Sequence[BilledInvoice] | Unknown:
        params: Json = {
            "subscription": processor_subscription_id,
            "created": {"gte": seconds(since)},
            "expand": within_list(INVOICE),
        }
        found: list[BilledInvoice] = []
        try:
            async for raw in self._api.pages("/v1/invoices", params):
                invoice = await self._invoice(raw)
                if isinstance(invoice, Unknown):
                    return invoice
                found.append(invoice)
        except ProcessorAwayError as away:
            return Unknown(str(away))
        return found[::-1]

    async def events_between(self, since: datetime, until: datetime) -> Sequence[Mapping[str, Any]]:
        """Stripe lists the newest first, and keeps them for thirty days."""
        params: Json = {"created": {"gte": seconds(since), "lte": seconds(until)}}
        return [event async for event in self._api.pages("/v1/events", params)][::-1]

    async def _raw(self, processor_subscription_id: str) -> Json | Unknown | None:
        return await self._api.read(f"/v1/subscriptions/{quote(processor_subscription_id, safe='')}", SUBSCRIPTION)

    async def _known(self, processor_subscription_id: str) -> Json | Unknown:
        """Read a subscription that we have from Stripe itself: that it knows none is no answer."""
        return await self._raw(processor_subscription_id) or Unknown("the processor knows no such subscription")

    async def _present(self, processor_subscription_id: str) -> BilledSubscription | Unknown:
        raw = await self._known(processor_subscription_id)
        return await self._subscription(raw) if isinstance(raw, dict) else raw

    async def _subscription(self, raw: Json) -> BilledSubscription | Unknown:
        latest = raw.get("latest_invoice")
        invoice = await self._invoice(latest) if isinstance(latest, dict) else None
        return invoice if isinstance(invoice, Unknown) else subscription_answer(raw, invoice)

    async def _read_invoice(self, processor_invoice_id: str) -> BilledInvoice | Unknown:
        raw = await self._api.read(f"/v1/invoices/{quote(processor_invoice_id, safe='')}", INVOICE)
        if isinstance(raw, dict):
            return await self._invoice(raw)
        return raw or Unknown("the processor knows no such invoice")

    async def _invoice(self, raw: Json) -> BilledInvoice | Unknown:
        """Read what else an invoice needs: its PaymentIntent with the fee, the names of its prices, all its lines."""
        try:
            whole = await self._with_all_lines(raw)
        except ProcessorAwayError as away:
            return Unknown(str(away))
        intent_id = paying_intent(whole)
        intent = await self._api.read(f"/v1/payment_intents/{intent_id}", INTENT) if intent_id else None
        if isinstance(intent, Unknown):
            return intent
        names = await self._prices.names(prices_of(whole["lines"]["data"]))
        return names if isinstance(names, Unknown) else invoice_answer(whole, intent, names)

    async def _with_all_lines(self, raw: Json) -> Json:
        """An invoice shows its first ten lines."""
        if not raw["lines"]["has_more"]:
            return raw
        lines = [line async for line in self._api.pages(f"/v1/invoices/{raw['id']}/lines", {})]
        return {**raw, "lines": {**raw["lines"], "data": lines}}

    async def _became(self, reply: Reply) -> BillingAnswer:
        """Read the subscription that a verb has changed."""
        if isinstance(reply, Refused):
            return _refused(reply)
        return await self._present(reply["id"]) if isinstance(reply, dict) else reply


def _refused(refused: Refused) -> Declined | Unavailable:
    """A card's no is its owner's to hear. A request that Stripe finds wrong is ours, but for the card it names."""
    if refused.of_card:
        intent = refused.details.get("payment_intent") or {}
        return declined(refused.details, intent.get("id"))
    if refused.details.get("param") in ("payment_method", "default_payment_method"):
        return Declined("payment_method_invalid", "This payment method cannot be used; choose another one.")
    if refused.details.get("param") == "proration_date":
        # The instant of the quote lies in a period that is over: the renewal was faster.
        return Declined("changed_meanwhile", "The subscription was renewed since the quote; ask for another one.")
    return our_mistake(refused)
