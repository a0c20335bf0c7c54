"""Subscriptions at Stripe, from their beginning to their end."""

from urllib.parse import quote

from system.processor.billing import BilledSubscription, BillingAnswer, SubscriptionOrder
from system.processor.billing_requests import (
    credit_params,
    pause_params,
    resume_params,
    subscription_page_params,
    subscription_params,
)
from system.processor.port import ActionRequired, Declined, Unavailable, Unknown
from system.processor.stripe_api import Json, Refused, our_mistake
from system.processor.stripe_cards import StripeCards
from system.processor.stripe_changes import StripeChanges
from system.processor.stripe_objects import id_of
from system.processor.stripe_schedules import StripeSchedules
from system.processor.stripe_subscriptions import ENDED


class StripeBilling(StripeCards, StripeChanges, StripeSchedules):
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

    async def cancel_at_period_end(self, processor_subscription_id: str, *, cancel: bool, key: str) -> BillingAnswer:
        # While a schedule is there, when the subscription ends is its to say.
        released = await self._released(processor_subscription_id, key=key)
        if not isinstance(released, dict):
            return released
        if released["status"] in ENDED or released["cancel_at_period_end"] is cancel:
            return await self._subscription(released)
        return await self._verb(processor_subscription_id, "", {"cancel_at_period_end": cancel}, key=key)

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

    async def pause(self, processor_subscription_id: str, *, key: str) -> BillingAnswer:
        released = await self._released(processor_subscription_id, key=key)
        if not isinstance(released, dict):
            return released
        if released["status"] == "paused":
            return await self._subscription(released)
        return await self._verb(processor_subscription_id, "/pause", pause_params(), key=key)

    async def resume(self, processor_subscription_id: str, *, key: str) -> BillingAnswer:
        raw = await self._known(processor_subscription_id)
        if not isinstance(raw, dict):
            return raw
        if raw["status"] != "paused":
            return await self._subscription(raw)
        path = f"/v1/subscriptions/{quote(processor_subscription_id, safe='')}/resume"
        reply = await self._api.ask("post", path, resume_params(), key=key)
        answer = await self._once_paid(reply, lambda found: found.status != "paused", key=key)
        if isinstance(answer, Declined) and isinstance(reply, dict):
            invoice = str(id_of(reply["latest_invoice"]))
            failed = await self._put_back(processor_subscription_id, invoice)
            return answer if failed is None else failed
        return answer

    async def _put_back(self, processor_subscription_id: str, processor_invoice_id: str) -> Unknown | None:
        """Let the credit of the pause wait again: a void invoice takes along what waited for it."""
        invoice = await self._api.read(f"/v1/invoices/{processor_invoice_id}", [])
        if not isinstance(invoice, dict):
            return invoice or Unknown("the processor knows no such invoice")
        for line in invoice["lines"]["data"]:
            if line["amount"] >= 0:
                continue
            params = credit_params(
                line, customer_id=str(id_of(invoice["customer"])), processor_subscription_id=processor_subscription_id
            )
            reply = await self._api.ask("post", "/v1/invoiceitems", params, key=f"credit:{line['id']}")
            if not isinstance(reply, dict):
                return Unknown("the credit of the pause is not back yet")
        return None

    async def _verb(self, processor_subscription_id: str, verb: str, params: Json, *, key: str) -> BillingAnswer:
        path = f"/v1/subscriptions/{quote(processor_subscription_id, safe='')}{verb}"
        return await self._became(await self._api.ask("post", path, params, key=key))
