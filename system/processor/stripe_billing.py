"""Subscriptions at Stripe, from their beginning to their end."""

from urllib.parse import quote

from system.processor.billing import BilledSubscription, BillingAnswer, SubscriptionOrder
from system.processor.billing_requests import subscription_page_params, subscription_params
from system.processor.port import ActionRequired, Canceled, Unavailable, Unknown
from system.processor.stripe_api import Refused, our_mistake
from system.processor.stripe_cards import StripeCards
from system.processor.stripe_pausing import StripePausing
from system.processor.stripe_subscriptions import ENDED


class StripeBilling(StripeCards, StripePausing):
    async def create_subscription(self, order: SubscriptionOrder) -> BillingAnswer:
        assert order.payment_method is not None
        price = await self._prices.id_of(order.price)
        if not isinstance(price, str):
            return price
        method = await self._attached(
            order.payment_method, order.customer_id, key=f"subscription-card:{order.subscription_id}"
        )
        if not isinstance(method, str):
            return method
        params = subscription_params(order, price=price, payment_method=method)
        key = f"subscription:{order.subscription_id}"
        return await self._became(await self._api.ask("post", "/v1/subscriptions", params, key=key))

    async def open_subscription_page(self, order: SubscriptionOrder) -> ActionRequired | Unavailable | Unknown:
        price = await self._prices.id_of(order.price)
        if not isinstance(price, str):
            return price
        params = subscription_page_params(order, price=price)
        key = f"subscription:{order.subscription_id}"
        reply = await self._api.ask("post", "/v1/checkout/sessions", params, key=key)
        if isinstance(reply, Refused):
            return our_mistake(reply)
        return ActionRequired(reply["url"], session_id=reply["id"]) if isinstance(reply, dict) else reply

    async def close_page(self, session_id: str) -> BilledSubscription | Canceled | Unknown:
        # Stripe refuses to expire what is complete or expired already: which of them it is, it tells when it is read.
        path = f"/v1/checkout/sessions/{quote(session_id, safe='')}/expire"
        reply = await self._api.ask("post", path, {})
        if isinstance(reply, Unavailable | Unknown):
            return Unknown(reply.reason)
        page = await self.subscription_of_page(session_id)
        return Unknown("the page is still open") if isinstance(page, ActionRequired) else page

    async def cancel_at_period_end(self, processor_subscription_id: str, *, cancel: bool, key: str) -> BillingAnswer:
        # While a schedule is there, when the subscription ends is its to say.
        released = await self._released(processor_subscription_id, key=key)
        if not isinstance(released, dict):
            return released
        if released["status"] in ENDED or released["cancel_at_period_end"] is cancel:
            return await self._subscription(released)
        path = f"/v1/subscriptions/{quote(processor_subscription_id, safe='')}"
        return await self._became(await self._api.ask("post", path, {"cancel_at_period_end": cancel}, key=key))

    async def cancel_now(self, processor_subscription_id: str, *, key: str) -> BillingAnswer:
        raw = await self._known(processor_subscription_id)
        if not isinstance(raw, dict):
            return raw
        if raw["status"] not in ENDED:
            # Deleting has one effect however often it is asked for, and takes no key.
            path = f"/v1/subscriptions/{quote(processor_subscription_id, safe='')}"
            reply = await self._api.ask("delete", path, {"invoice_now": False, "prorate": False})
            if not isinstance(reply, dict | Refused):
                return reply
        answer = await self._present(processor_subscription_id)
        if not isinstance(answer, BilledSubscription):
            return answer
        if answer.status not in ENDED:
            return Unknown(f"the subscription is still {answer.status}")
        # Their hosted pages could be paid for months, for a subscription that is over.
        failed = await self._void_unpaid(processor_subscription_id, key=key)
        return await self._present(processor_subscription_id) if failed is None else Unknown(failed.reason)
