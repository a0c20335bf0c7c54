import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from system.kit.clock import Clock
from system.kit.ids import new_id
from system.observability.metrics import HttpMetrics

log = structlog.get_logger("access")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BROKEN = 500


class Observed:
    """Names each request, writes its one line of log and counts it.

    The id is ours, never the client's: a name that a client may choose identifies nothing.
    """

    def __init__(self, app: ASGIApp, clock: Clock, metrics: HttpMetrics) -> None:
        self._app = app
        self._clock = clock
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_id("req", self._clock.now())
        scope.setdefault("state", {})["request_id"] = request_id
        status = _BROKEN

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began = time.perf_counter()
        try:
            await self._app(scope, receive, send_named)
        finally:
            self._tell(scope, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = _template(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.observe(method, route, status, seconds)
        log.info("request", method=method, route=route, status=status, duration_ms=round(seconds * 1000, 2))


def _template(scope: Scope) -> str:
    """Return the path with its parameters' names, or one word for all that no route knows: labels must stay few."""
    route = scope.get("route")
    template = getattr(route, "path_format", None) or getattr(route, "path", None)
    return str(template) if template else "unmatched"
