"""A subscription that stands still, and goes on once its new period is paid."""

from urllib.parse import quote

from system.processor.billing import BilledInvoice, BilledSubscription, BillingAnswer
from system.processor.billing_requests import credit_params, pause_params, resume_params
from system.processor.port import Declined, Unknown
from system.processor.stripe_api import Json, reason
from system.processor.stripe_changes import StripeChanges
from system.processor.stripe_objects import id_of
from system.processor.stripe_schedules import StripeSchedules

_RESUMED_BY = "resumed_by"


class StripePausing(StripeChanges, StripeSchedules):
    async def pause(self, processor_subscription_id: str, *, key: str) -> BillingAnswer:
        released = await self._released(processor_subscription_id, key=key)
        if not isinstance(released, dict):
            return released
        if released["status"] == "paused":
            return await self._subscription(released)
        path = f"/v1/subscriptions/{quote(processor_subscription_id, safe='')}/pause"
        return await self._became(await self._api.ask("post", path, pause_params(), key=key))

    async def resume(self, processor_subscription_id: str, *, key: str) -> BillingAnswer:
        raw = await self._known(processor_subscription_id)
        if not isinstance(raw, dict):
            return raw
        waiting = _waiting(raw)
        if raw["status"] != "paused" or (waiting and _resumed_by(waiting) == key):
            return await self._subscription(raw)
        if waiting and (failed := await self._forget(raw, waiting, key=key)):
            return failed
        return await self._resumed(processor_subscription_id, key=key)

    async def _resumed(self, processor_subscription_id: str, *, key: str) -> BillingAnswer:
        path = f"/v1/subscriptions/{quote(processor_subscription_id, safe='')}/resume"
        reply = await self._api.ask("post", path, resume_params(), key=key)
        answer = await self._once_paid(reply, lambda found: found.status != "paused", key=key)
        if not isinstance(reply, dict):
            return answer
        invoice, failed = str(id_of(reply["latest_invoice"])), None
        if isinstance(answer, Declined):
            failed = await self._put_back(processor_subscription_id, invoice)
        elif isinstance(answer, BilledSubscription) and answer.status == "paused":
            failed = await self._mark(invoice, key=key)
        return failed or answer

    async def _mark(self, processor_invoice_id: str, *, key: str) -> Unknown | None:
        """Note who waits for the bank's answer, so that only somebody else's request gives it up."""
        params: Json = {"metadata": {_RESUMED_BY: key}}
        reply = await self._api.ask("post", f"/v1/invoices/{processor_invoice_id}", params, key=f"{key}:mark")
        return None if isinstance(reply, dict) else Unknown(reason(reply))

    async def _forget(self, raw: Json, waiting: Json, *, key: str) -> Unknown | None:
        """Give up an earlier attempt whose bank was never answered: while it waits, Stripe takes no other."""
        ended = await self.void_invoice(waiting["id"], key=f"{key}:forget:{waiting['id']}")
        if not isinstance(ended, BilledInvoice):
            return Unknown(ended.reason)
        return await self._put_back(raw["id"], waiting["id"])

    async def _put_back(self, processor_subscription_id: str, processor_invoice_id: str) -> Unknown | None:
        """Let the credit of the pause wait again: a void invoice takes along what waited for it."""
        invoice = await self._api.read(f"/v1/invoices/{processor_invoice_id}", [])
        if not isinstance(invoice, dict):
            return invoice or Unknown("the processor knows no such invoice")
        if invoice["status"] != "void":
            return None
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


def _waiting(subscription: Json) -> Json | None:
    """Return the open invoice of a resumption; one of a period that was not paid before the pause is another thing."""
    latest = subscription.get("latest_invoice")
    if not isinstance(latest, dict) or latest["billing_reason"] != "subscription_update":
        return None
    return latest if latest["status"] == "open" else None


def _resumed_by(invoice: Json) -> str | None:
    found: str | None = (invoice.get("metadata") or {}).get(_RESUMED_BY)
    return found
