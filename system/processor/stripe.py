"""The adapter to Stripe: the only module that imports its SDK, and where its exceptions become answers."""

import asyncio
import logging
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Literal
from urllib.parse import quote

import aiohttp
import stripe
import structlog

from system.kit.ids import jitter
from system.kit.money import Money, MoneyError
from system.processor.port import (
    Attempt,
    BalanceTransaction,
    Declined,
    PaymentAnswer,
    ProcessorAwayError,
    RefundAnswer,
    RefundAttempt,
    Refunded,
    RefundRefused,
    Unavailable,
    Unknown,
)
from system.processor.stripe_objects import declined, payment_answer, refund_answer, session_answer, smallest_step
from system.processor.stripe_requests import (
    INTENT,
    REFUND,
    SESSION,
    Params,
    intent_params,
    refund_params,
    session_params,
    within_list,
)
from system.settings import Settings

log = structlog.get_logger(__name__)

_ATTEMPTS = 3
_BACKOFF_S = 0.2
_PAGE = 100

_Json = Params


class StripeProcessor:
    def __init__(self, settings: Settings) -> None:
        stripe.enable_telemetry = False
        # Two lines a call, in a form of their own; what matters is logged here, with our request's id.
        logging.getLogger("stripe").setLevel(logging.WARNING)
        timeout = aiohttp.ClientTimeout(total=settings.processor_timeout_s)
        self._http = stripe.AIOHTTPClient(timeout=timeout)
        base = settings.stripe_api_base
        self._client = stripe.StripeClient(
            settings.stripe_api_key.get_secret_value(),
            http_client=self._http,
            base_addresses={"api": str(base).rstrip("/")} if base else {},
            # The SDK would repeat a request without telling whether an earlier attempt may have had its effect.
            max_network_retries=0,
        )

    async def create_customer(self, *, account_id: str, email: str, key: str) -> str | Unknown:
        metadata = {"account_id": account_id}
        reply = await self._ask("post", "/v1/customers", {"email": email, "metadata": metadata}, key=key)
        match reply:
            case dict():
                return str(reply["id"])
            case stripe.StripeError():
                log.error("processor_refused_our_request", code=reply.code, message=reply.user_message)
                return Unknown(f"the customer was refused: {reply.user_message}")
            case Unavailable():
                return Unknown(reply.reason)
            case Unknown():
                return reply

    async def charge(self, attempt: Attempt) -> PaymentAnswer:
        if attempt.money.amount % smallest_step(attempt.money.currency):
            raise MoneyError(f"{attempt.money} cannot be charged: it is no multiple of the currency's smallest step.")
        if attempt.payment_method is None:
            return await self._open_session(attempt)
        key = f"payment:{attempt.payment_id}"
        reply = await self._ask("post", "/v1/payment_intents", intent_params(attempt), key=key)
        if isinstance(reply, stripe.StripeError):
            return _refused(reply)
        return payment_answer(reply) if isinstance(reply, dict) else reply

    async def _open_session(self, attempt: Attempt) -> PaymentAnswer:
        key = f"payment:{attempt.payment_id}"
        reply = await self._ask("post", "/v1/checkout/sessions", session_params(attempt), key=key)
        if isinstance(reply, stripe.StripeError):
            return _refused(reply)
        return session_answer(reply) if isinstance(reply, dict) else reply

    async def find_payment(self, *, payment_id: str, customer_id: str) -> PaymentAnswer | None:
        ours = {"payment_id": payment_id}
        # The page first: its PaymentIntent carries the same metadata, and alone does not tell that the page is open.
        found = await self._search(
            "/v1/checkout/sessions", ours, {"customer": customer_id, "expand": within_list(SESSION)}
        )
        if found is not None:
            return session_answer(found) if isinstance(found, dict) else found
        found = await self._search(
            "/v1/payment_intents", ours, {"customer": customer_id, "expand": within_list(INTENT)}
        )
        return payment_answer(found) if isinstance(found, dict) else found

    async def retrieve_payment(self, processor_payment_id: str) -> PaymentAnswer | None:
        reply = await self._read(f"/v1/payment_intents/{quote(processor_payment_id, safe='')}", INTENT)
        return payment_answer(reply) if isinstance(reply, dict) else reply

    async def retrieve_session(self, session_id: str) -> PaymentAnswer | None:
        reply = await self._read(f"/v1/checkout/sessions/{quote(session_id, safe='')}", SESSION)
        return session_answer(reply) if isinstance(reply, dict) else reply

    async def refund(self, attempt: RefundAttempt) -> RefundAnswer:
        key = f"refund:{attempt.refund_id}"
        reply = await self._ask("post", "/v1/refunds", refund_params(attempt), key=key)
        if isinstance(reply, stripe.StripeError):
            return RefundRefused(str(reply.code or "refused"), str(reply.user_message or "The refund was refused."))
        return refund_answer(reply) if isinstance(reply, dict) else reply

    async def find_refund(self, *, refund_id: str, processor_payment_id: str) -> RefundAnswer | None:
        params: _Json = {"payment_intent": processor_payment_id, "expand": within_list(REFUND)}
        found = await self._search("/v1/refunds", {"refund_id": refund_id}, params)
        return refund_answer(found) if isinstance(found, dict) else found

    async def retrieve_refund(self, processor_refund_id: str) -> RefundAnswer | None:
        reply = await self._read(f"/v1/refunds/{quote(processor_refund_id, safe='')}", REFUND)
        return refund_answer(reply) if isinstance(reply, dict) else reply

    async def refunds_of(self, processor_payment_id: str) -> list[Refunded] | Unknown:
        params: _Json = {"payment_intent": processor_payment_id, "expand": within_list(REFUND)}
        try:
            return [refund_answer(found) async for found in self._pages("/v1/refunds", params)]
        except ProcessorAwayError as away:
            return Unknown(str(away))

    async def balance_transactions(self) -> AsyncIterator[BalanceTransaction]:
        async for line in self._pages("/v1/balance_transactions", {}):
            net = Money(line["net"], line["currency"])
            yield BalanceTransaction(line["id"], line["type"], line.get("source"), net)

    async def ping(self) -> None:
        reply = await self._ask("get", "/v1/balance", {}, attempts=1)
        if not isinstance(reply, dict):
            raise ProcessorAwayError(_reason(reply))

    def step(self, currency: str) -> int:
        return smallest_step(currency)

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def _search(self, path: str, ours: dict[str, str], params: _Json) -> _Json | Unknown | None:
        """Find the object whose metadata name our id. Stripe's search is minutes behind; its lists are not."""
        try:
            async for found in self._pages(path, params):
                if ours.items() <= (found.get("metadata") or {}).items():
                    return found
        except ProcessorAwayError as away:
            return Unknown(str(away))
        return None

    async def _pages(self, path: str, params: _Json) -> AsyncIterator[_Json]:
        """Read a list to its end; ProcessorAwayError if a page does not come."""
        after: _Json = {}
        while True:
            page = await self._ask("get", path, {"limit": _PAGE, **params, **after})
            if not isinstance(page, dict):
                raise ProcessorAwayError(_reason(page))
            for line in page["data"]:
                yield line
            if not page["has_more"]:
                return
            after = {"starting_after": page["data"][-1]["id"]}

    async def _read(self, path: str, expand: list[str]) -> _Json | Unknown | None:
        """Fetch one object, or None if there is none; a read that failed says nothing about what it asked for."""
        reply = await self._ask("get", path, {"expand": expand})
        if isinstance(reply, stripe.InvalidRequestError) and reply.http_status == HTTPStatus.NOT_FOUND:
            return None
        return reply if isinstance(reply, dict) else Unknown(_reason(reply))

    async def _ask(
        self,
        method: Literal["get", "post"],
        path: str,
        params: _Json,
        *,
        key: str | None = None,
        attempts: int = _ATTEMPTS,
    ) -> _Json | Unavailable | Unknown | stripe.StripeError:
        """Send a request until it has an answer; a StripeError is returned when it was surely refused for what it says.

        Every attempt carries the same key, so that all of them have the effect of one. `Unavailable` needs every
        attempt to be surely without effect: one lost reply among them leaves `Unknown`.
        """
        doubt: Unknown | None = None
        refusal = Unavailable("not asked")
        options = {"idempotency_key": key} if key else {}
        for number in range(attempts):
            if number:
                await asyncio.sleep(jitter(_BACKOFF_S * 2**number))
            try:
                response = await self._client.raw_request_async(method, path, **params, **options)
            except (stripe.CardError, stripe.InvalidRequestError) as refused:
                return refused
            except (stripe.StripeError, aiohttp.ClientError, OSError, TimeoutError) as failure:
                answer = _no_answer(failure)
                log.warning("processor_gave_no_answer", path=path, attempt=number + 1, reason=answer.reason)
                if isinstance(answer, Unavailable):
                    refusal = answer
                else:
                    doubt = answer
                if not _worth_repeating(failure):
                    break
            else:
                return dict(response.data)
        return doubt or refusal


def _refused(error: stripe.StripeError) -> Declined | Unavailable:
    """A card error is the buyer's; a request that Stripe finds wrong is ours, but for the method the buyer named."""
    body = error.json_body if isinstance(error.json_body, dict) else {}
    details: _Json = body.get("error", {})
    if isinstance(error, stripe.CardError):
        intent = details.get("payment_intent") or {}
        return declined(details, intent.get("id"))
    if details.get("param") == "payment_method":
        return Declined("payment_method_invalid", "This payment method cannot be used; choose another one.")
    log.error("processor_refused_our_request", code=error.code, message=error.user_message)
    return Unavailable(f"the processor refused the request: {error.code}", retry_after_s=60)


def _reason(reply: Unavailable | Unknown | stripe.StripeError) -> str:
    return str(reply.user_message) if isinstance(reply, stripe.StripeError) else reply.reason


def _no_answer(failure: Exception) -> Unavailable | Unknown:
    """Tell the failures that surely had no effect from those that may have had one."""
    if isinstance(failure, stripe.RateLimitError):
        return Unavailable("the processor asks to slow down")
    if isinstance(failure, stripe.AuthenticationError | stripe.PermissionError):
        log.error("processor_rejects_our_key", reason=failure.user_message)
        return Unavailable("the processor does not accept our key", retry_after_s=60)
    if isinstance(failure.__cause__, aiohttp.ClientConnectorError):
        return Unavailable("the processor cannot be reached")
    if isinstance(failure, stripe.StripeError) and failure.http_status:
        replayed = failure.headers is not None and failure.headers.get("Idempotent-Replayed") == "true"
        return Unknown(f"the processor failed with {failure.http_status}", replayed=replayed)
    return Unknown(f"no reply ({type(failure.__cause__ or failure).__name__})")


def _worth_repeating(failure: Exception) -> bool:
    """Follow Stripe-Should-Retry; without it a connection, a conflict, a limit and a 5xx are worth another attempt."""
    advice = (getattr(failure, "headers", None) or {}).get("Stripe-Should-Retry")
    if advice is not None:
        return bool(advice == "true")
    return not isinstance(failure, stripe.AuthenticationError | stripe.PermissionError | stripe.IdempotencyError)
