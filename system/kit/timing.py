"""Where a request's time went, told to whoever measures in the header `Server-Timing` (W3C): durations, no names."""

import time
from contextvars import ContextVar
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(slots=True)
class Spent:
    """Seconds of one request: waiting for a connection, holding one, waiting for the payment processor."""

    pool_s: float = 0.0
    db_s: float = 0.0
    processor_s: float = 0.0

    def header(self, whole_s: float) -> bytes:
        """Milliseconds; `app` is the whole request until its answer began, and holds the other three."""
        return (
            f"app;dur={whole_s * 1000:.2f}, db;dur={self.db_s * 1000:.2f}, "
            f"processor;dur={self.processor_s * 1000:.2f}, pool;dur={self.pool_s * 1000:.2f}"
        ).encode()


_spent: ContextVar[Spent | None] = ContextVar("spent", default=None)


def spent() -> Spent | None:
    """The account of the request under way; None outside of one, and where nobody asked for it."""
    return _spent.get()


class ServerTiming:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, account = time.perf_counter(), Spent()

        async def send_timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = (b"server-timing", account.header(time.perf_counter() - began))
                message["headers"] = [*message.get("headers", ()), told]
            await send(message)

        before = _spent.set(account)
        try:
            await self._app(scope, receive, send_timed)
        finally:
            _spent.reset(before)
