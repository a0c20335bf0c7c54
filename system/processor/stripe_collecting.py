"""How an open invoice ends: paid by another attempt, or given up."""

from urllib.parse import quote

from system.processor.billing import BilledInvoice
from system.processor.port import Declined, ProcessorAwayError, Unavailable, Unknown
from system.processor.stripe_api import Json, Refused, our_mistake
from system.processor.stripe_objects import declined
from system.processor.stripe_reading import StripeReading

_ASKS_ITS_OWNER = "invoice_payment_intent_requires_action"

_PAYABLE = ("draft", "open", "uncollectible")
"""Written off or not, an invoice in one of these can still be paid on its page."""


class StripeCollecting(StripeReading):
    async def pay_invoice(
        self, processor_invoice_id: str, *, key: str
    ) -> BilledInvoice | Declined | Unavailable | Unknown:
        path = f"/v1/invoices/{quote(processor_invoice_id, safe='')}/pay"
        reply = await self._api.ask("post", path, {"off_session": False}, key=key)
        if isinstance(reply, Unavailable | Unknown):
            return reply
        if isinstance(reply, Refused) and reply.of_card and reply.code != _ASKS_ITS_OWNER:
            intent = reply.details.get("payment_intent") or {}
            return declined(reply.details, intent.get("id"))
        # A bank's question, or an invoice that is paid or void already: it says so itself.
        invoice = await self._read_invoice(processor_invoice_id)
        if isinstance(reply, Refused) and not reply.of_card and _is_owed(invoice):
            return our_mistake(reply)
        return invoice

    async def void_invoice(self, processor_invoice_id: str, *, key: str) -> BilledInvoice | Unavailable | Unknown:
        path = f"/v1/invoices/{quote(processor_invoice_id, safe='')}"
        reply = await self._api.ask("post", f"{path}/void", {}, key=key)
        if isinstance(reply, Unavailable | Unknown):
            return reply
        invoice = await self._read_invoice(processor_invoice_id)
        if isinstance(invoice, BilledInvoice) and invoice.status == "draft":
            return await self._void_draft(processor_invoice_id, key=key)
        if isinstance(reply, Refused) and _is_owed(invoice):
            return our_mistake(reply)
        return invoice

    async def _void_draft(self, processor_invoice_id: str, *, key: str) -> BilledInvoice | Unavailable | Unknown:
        """A draft of a subscription cannot be deleted; finalised by hand, nobody is asked to pay it."""
        path = f"/v1/invoices/{quote(processor_invoice_id, safe='')}"
        reply = await self._api.ask("post", f"{path}/finalize", {"auto_advance": False}, key=f"{key}:finalize")
        if isinstance(reply, Unavailable | Unknown):
            return reply
        # The key of the first attempt has kept its refusal.
        reply = await self._api.ask("post", f"{path}/void", {}, key=f"{key}:finalized")
        if isinstance(reply, Unavailable | Unknown):
            return reply
        invoice = await self._read_invoice(processor_invoice_id)
        return our_mistake(reply) if isinstance(reply, Refused) and _is_owed(invoice) else invoice

    async def _void_unpaid(self, processor_subscription_id: str, *, key: str) -> Unavailable | Unknown | None:
        """Give up everything that the subscription could still be asked for; None when that is done."""
        for status in _PAYABLE:
            params: Json = {"subscription": processor_subscription_id, "status": status}
            try:
                owed = [invoice["id"] async for invoice in self._api.pages("/v1/invoices", params)]
            except ProcessorAwayError as away:
                return Unknown(str(away))
            for each in owed:
                answer = await self.void_invoice(each, key=f"{key}:void:{each}")
                if not isinstance(answer, BilledInvoice):
                    return answer
        return None


def _is_owed(invoice: BilledInvoice | Unknown) -> bool:
    return isinstance(invoice, BilledInvoice) and invoice.status in _PAYABLE
