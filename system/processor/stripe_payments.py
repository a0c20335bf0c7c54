"""Payments and refunds at Stripe."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from urllib.parse import quote

from system.kit.money import Money, MoneyError
from system.processor.port import (
    Attempt,
    BalanceTransaction,
    Declined,
    Disputed,
    PaymentAnswer,
    ProcessorAwayError,
    RefundAnswer,
    RefundAttempt,
    Refunded,
    RefundRefused,
    Unavailable,
    Unknown,
)
from system.processor.stripe_api import Json, Refused, StripeApi, our_mistake
from system.processor.stripe_objects import (
    declined,
    disputed,
    payment_answer,
    refund_answer,
    session_answer,
    smallest_step,
)
from system.processor.stripe_requests import (
    DISPUTE,
    INTENT,
    REFUND,
    SESSION,
    intent_params,
    refund_params,
    session_params,
    within_list,
)


class StripePayments:
    def __init__(self, api: StripeApi) -> None:
        self._api = api

    async def create_customer(self, *, account_id: str, email: str, key: str) -> str | Unknown:
        metadata = {"account_id": account_id}
        reply = await self._api.ask("post", "/v1/customers", {"email": email, "metadata": metadata}, key=key)
        match reply:
            case dict():
                return str(reply["id"])
            case Refused():
                return Unknown(our_mistake(reply).reason)
            case Unavailable():
                return Unknown(reply.reason)
            case Unknown():
                return reply

    async def forget_customer(self, customer_id: str) -> Unavailable | Unknown | None:
        reply = await self._api.ask("delete", f"/v1/customers/{quote(customer_id, safe='')}", {})
        match reply:
            case dict():
                return None
            case Refused(status=HTTPStatus.NOT_FOUND):
                return None
            case Refused():
                return our_mistake(reply)
            case _:
                return reply

    async def charge(self, attempt: Attempt) -> PaymentAnswer:
        if attempt.money.amount % smallest_step(attempt.money.currency):
            raise MoneyError(f"{attempt.money} cannot be charged: it is no multiple of the currency's smallest step.")
        if attempt.payment_method is None:
            return await self._open_session(attempt)
        key = f"payment:{attempt.payment_id}"
        reply = await self._api.ask("post", "/v1/payment_intents", intent_params(attempt), key=key)
        if isinstance(reply, Refused):
            return _refused(reply)
        return payment_answer(reply) if isinstance(reply, dict) else reply

    async def _open_session(self, attempt: Attempt) -> PaymentAnswer:
        key = f"payment:{attempt.payment_id}"
        reply = await self._api.ask("post", "/v1/checkout/sessions", session_params(attempt), key=key)
        if isinstance(reply, Refused):
            return _refused(reply)
        return session_answer(reply) if isinstance(reply, dict) else reply

    async def find_payment(self, *, payment_id: str, customer_id: str) -> PaymentAnswer | None:
        ours = {"payment_id": payment_id}
        # The page first: its PaymentIntent carries the same metadata, and alone does not tell that the page is open.
        found = await self._api.search(
            "/v1/checkout/sessions", ours, {"customer": customer_id, "expand": within_list(SESSION)}
        )
        if found is not None:
            return session_answer(found) if isinstance(found, dict) else found
        found = await self._api.search(
            "/v1/payment_intents", ours, {"customer": customer_id, "expand": within_list(INTENT)}
        )
        return payment_answer(found) if isinstance(found, dict) else found

    async def retrieve_payment(self, processor_payment_id: str) -> PaymentAnswer | None:
        reply = await self._api.read(f"/v1/payment_intents/{quote(processor_payment_id, safe='')}", INTENT)
        return payment_answer(reply) if isinstance(reply, dict) else reply

    async def retrieve_session(self, session_id: str) -> PaymentAnswer | None:
        reply = await self._api.read(f"/v1/checkout/sessions/{quote(session_id, safe='')}", SESSION)
        return session_answer(reply) if isinstance(reply, dict) else reply

    async def refund(self, attempt: RefundAttempt) -> RefundAnswer:
        key = f"refund:{attempt.refund_id}"
        reply = await self._api.ask("post", "/v1/refunds", refund_params(attempt), key=key)
        if isinstance(reply, Refused):
            return RefundRefused(reply.code or "refused", reply.message)
        return refund_answer(reply) if isinstance(reply, dict) else reply

    async def find_refund(self, *, refund_id: str, processor_payment_id: str) -> RefundAnswer | None:
        params: Json = {"payment_intent": processor_payment_id, "expand": within_list(REFUND)}
        found = await self._api.search("/v1/refunds", {"refund_id": refund_id}, params)
        return refund_answer(found) if isinstance(found, dict) else found

    async def retrieve_refund(self, processor_refund_id: str) -> RefundAnswer | None:
        reply = await self._api.read(f"/v1/refunds/{quote(processor_refund_id, safe='')}", REFUND)
        return refund_answer(reply) if isinstance(reply, dict) else reply

    async def refunds_of(self, processor_payment_id: str) -> list[Refunded] | Unknown:
        params: Json = {"payment_intent": processor_payment_id, "expand": within_list(REFUND)}
        try:
            return [refund_answer(found) async for found in self._api.pages("/v1/refunds", params)]
        except ProcessorAwayError as away:
            return Unknown(str(away))

    async def retrieve_dispute(self, processor_dispute_id: str) -> Disputed | Unknown | None:
        reply = await self._api.read(f"/v1/disputes/{quote(processor_dispute_id, safe='')}", DISPUTE)
        return disputed(reply) if isinstance(reply, dict) else reply

    async def balance_transactions(self) -> AsyncIterator[BalanceTransaction]:
        async for line in self._api.pages("/v1/balance_transactions", {}):
            net = Money(line["net"], line["currency"])
            yield BalanceTransaction(line["id"], line["type"], line.get("source"), net)

    def step(self, currency: str) -> int:
        return smallest_step(currency)


def _refused(refused: Refused) -> Declined | Unavailable:
    """A card error is the buyer's; a request that Stripe finds wrong is ours, but for the method the buyer named."""
    if refused.of_card:
        intent = refused.details.get("payment_intent") or {}
        return declined(refused.details, intent.get("id"))
    if refused.details.get("param") == "payment_method":
        return Declined("payment_method_invalid", "This payment method cannot be used; choose another one.")
    return our_mistake(refused)
