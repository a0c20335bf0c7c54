"""The cards that bills are charged to."""

from urllib.parse import quote

from system.processor.billing import BillingAnswer, Card
from system.processor.billing_requests import card_page_params
from system.processor.port import ActionRequired, Canceled, Declined, Unavailable, Unknown
from system.processor.stripe_api import Refused, our_mistake
from system.processor.stripe_objects import declined, id_of
from system.processor.stripe_reading import StripeReading
from system.processor.stripe_subscriptions import card_of

_UNUSABLE = Declined("payment_method_invalid", "This payment method cannot be used; choose another one.")


class StripeCards(StripeReading):
    async def open_card_page(
        self, *, customer_id: str, subscription_id: str, return_url: str, cancel_url: str, key: str
    ) -> ActionRequired | Unavailable | Unknown:
        params = card_page_params(
            customer_id=customer_id, subscription_id=subscription_id, return_url=return_url, cancel_url=cancel_url
        )
        reply = await self._api.ask("post", "/v1/checkout/sessions", params, key=key)
        if isinstance(reply, Refused):
            return our_mistake(reply)
        return ActionRequired(reply["url"], session_id=reply["id"]) if isinstance(reply, dict) else reply

    async def card_of_page(self, session_id: str) -> Card | ActionRequired | Canceled | Unknown:
        path = f"/v1/checkout/sessions/{quote(session_id, safe='')}"
        page = await self._api.read(path, ["setup_intent.payment_method"])
        if not isinstance(page, dict):
            return page or Unknown("there is no such page")
        if page["status"] == "open":
            return ActionRequired(page["url"], session_id=page["id"])
        if page["status"] == "expired":
            return Canceled("expired")
        intent = page.get("setup_intent") or {}
        return card_of(intent.get("payment_method")) or Unknown("the page is complete and has no card yet")

    async def retrieve_card(self, payment_method: str) -> Card | Declined | Unknown:
        found = await self._api.read(f"/v1/payment_methods/{quote(payment_method, safe='')}", [])
        return found if isinstance(found, Unknown) else card_of(found) or _UNUSABLE

    async def use_card(
        self, processor_subscription_id: str, *, customer_id: str, payment_method: str, key: str
    ) -> BillingAnswer:
        method = await self._attached(payment_method, customer_id, key=f"{key}:attach")
        if not isinstance(method, str):
            return method
        path = f"/v1/subscriptions/{quote(processor_subscription_id, safe='')}"
        return await self._became(await self._api.ask("post", path, {"default_payment_method": method}, key=key))

    async def _attached(
        self, payment_method: str, customer_id: str, *, key: str
    ) -> str | Declined | Unavailable | Unknown:
        """Make a payment method the customer's own, and return its id; a test token becomes a method with another."""
        path = f"/v1/payment_methods/{quote(payment_method, safe='')}"
        reply = await self._api.ask("post", f"{path}/attach", {"customer": customer_id}, key=key)
        if not isinstance(reply, Refused):
            return str(reply["id"]) if isinstance(reply, dict) else reply
        if reply.of_card:
            return declined(reply.details, None)
        found = await self._api.read(path, [])
        if isinstance(found, Unknown):
            return found
        is_theirs = found is not None and id_of(found.get("customer")) == customer_id
        return str(found["id"]) if found is not None and is_theirs else _UNUSABLE
