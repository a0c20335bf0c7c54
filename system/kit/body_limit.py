from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Refuses a body beyond a size before it is read, and one that hid its size as soon as it grows beyond it.

    The framework's own limit stands outside of every middleware: its answer has no request id, no log line and no form
    that a client could read. This one is raised where the body is read, and answered like every other refusal.
    """

    def __init__(self, app: ASGIApp, bytes_max: int) -> None:
        self._app = app
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, self._limited(scope, receive) if scope["type"] == "http" else receive, send)

    def _limited(self, scope: MutableMapping[str, Any], receive: Receive) -> Receive:
        announced = Headers(scope=scope).get("content-length", "0")
        read = 0

        async def limited() -> Message:
            nonlocal read
            if announced.isdigit() and int(announced) > self._bytes_max:
                raise self._refusal()
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._bytes_max:
                raise self._refusal()
            return message

        return limited

    def _refusal(self) -> HTTPException:
        return HTTPException(413, f"Send no more than {self._bytes_max} bytes; no request of ours needs as many.")
