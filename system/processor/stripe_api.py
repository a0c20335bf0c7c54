"""How Stripe is spoken to: the only module that imports its SDK, and where its exceptions become answers."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

import aiohttp
import stripe
import structlog

from system.kit.admission import Room
from system.kit.ids import jitter
from system.kit.timing import spent
from system.processor.port import ProcessorAwayError, Unavailable, Unknown
from system.settings import Settings

log = structlog.get_logger(__name__)

_ATTEMPTS = 3
_BACKOFF_S = 0.2
_PAGE = 100

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """Stripe did surely not do it, for what the request says. `of_card` tells a bank's no from the rest."""

    status: int
    code: str | None
    message: str
    of_card: bool
    # Stripe's error object, whole.
    details: Mapping[str, Any]


Reply = Json | Refused | Unavailable | Unknown


class StripeApi:
    def __init__(self, settings: Settings, room: Room) -> None:
        self._room = room
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

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def search(self, path: str, ours: Mapping[str, str], params: Json) -> Json | Unknown | None:
        """Find the object whose metadata name our id. Stripe's search is minutes behind; its lists are not."""
        try:
            async for found in self.pages(path, params):
                if ours.items() <= (found.get("metadata") or {}).items():
                    return found
        except ProcessorAwayError as away:
            return Unknown(str(away))
        return None

    async def pages(self, path: str, params: Json) -> AsyncIterator[Json]:
        """Read a list to its end; ProcessorAwayError if a page does not come."""
        after: Json = {}
        while True:
            page = await self.ask("get", path, {"limit": _PAGE, **params, **after})
            if not isinstance(page, dict):
                raise ProcessorAwayError(reason(page))
            for line in page["data"]:
                yield line
            if not page["has_more"]:
                return
            after = {"starting_after": page["data"][-1]["id"]}

    async def read(self, path: str, expand: list[str]) -> Json | Unknown | None:
        """Fetch one object, or None if there is none; a read that failed says nothing about what it asked for."""
        reply = await self.ask("get", path, {"expand": expand})
        if isinstance(reply, Refused) and reply.status == HTTPStatus.NOT_FOUND:
            return None
        return reply if isinstance(reply, dict) else Unknown(reason(reply))

    async def ask(
        self,
        method: Literal["get", "post", "delete"],
        path: str,
        params: Json,
        *,
        key: str | None = None,
        attempts: int = _ATTEMPTS,
    ) -> Reply:
        """Send a request until it has an answer; `Refused` when it was surely refused for what it says.

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
                answer = await self._timed(method, path, {**params, **options})
            except (stripe.CardError, stripe.InvalidRequestError) as refused:
                return _refused(refused)
            except (stripe.StripeError, aiohttp.ClientError, OSError, TimeoutError) as failure:
                silence = _no_answer(failure)
                log.warning("processor_gave_no_answer", path=path, attempt=number + 1, reason=silence.reason)
                if isinstance(silence, Unavailable):
                    refusal = silence
                else:
                    doubt = silence
                if not _worth_repeating(failure):
                    break
            else:
                return answer
        return doubt or refusal

    async def _timed(self, method: Literal["get", "post", "delete"], path: str, given: Mapping[str, Any]) -> Json:
        began = time.perf_counter()
        try:
            with self._room.away():
                response = await self._client.raw_request_async(method, path, **given)
            return dict(response.data)
        finally:
            if account := spent():
                account.processor_s += time.perf_counter() - began


def reason(reply: Refused | Unavailable | Unknown) -> str:
    return reply.message if isinstance(reply, Refused) else reply.reason


def our_mistake(refused: Refused) -> Unavailable:
    """Tell us, not the buyer, that Stripe finds a request of ours wrong."""
    log.error("processor_refused_our_request", code=refused.code, message=refused.message)
    return Unavailable(f"the processor refused the request: {refused.code}", retry_after_s=60)


def _refused(error: stripe.StripeError) -> Refused:
    body = error.json_body if isinstance(error.json_body, dict) else {}
    return Refused(
        status=error.http_status or 0,
        code=error.code,
        message=str(error.user_message or "The request was refused."),
        of_card=isinstance(error, stripe.CardError),
        details=body.get("error", {}),
    )


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
