from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from system.kit.problems import Overloaded, Problem

_ALWAYS: Final = ("/health", "/metrics", "/static/", "/api/webhooks/")
"""Who watches must see most when it is busiest, and an event belongs to something that was let in before."""


class Admission:
    """Refuses at the door what could not be served soon, before anything of it is begun.

    A server that lets everybody in serves nobody in time: each waits behind all others, longer than his client does,
    and what is done for him is done in vain. What everybody waits for here is a connection to the database; a processor
    that takes long keeps nobody else waiting, and counts nothing.
    """

    def __init__(self, app: ASGIApp, waiting_max: int) -> None:
        self._app = app
        self._waiting_max = waiting_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(_ALWAYS) and self._is_full(scope):
            await self._refuse(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_full(self, scope: Scope) -> bool:
        return bool(scope["app"].state.system.db.waiting >= self._waiting_max)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As any other refusal is told: to a program, or to a person as a page."""
        refused = Overloaded("More is asked of us than we can do; nothing of this was begun. Ask again in a moment.")
        response = await scope["app"].exception_handlers[Problem](Request(scope, receive), refused)
        await response(scope, receive, send)
