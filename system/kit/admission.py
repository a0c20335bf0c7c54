from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from system.kit.problems import Overloaded, Problem

_ALWAYS: Final = ("/health", "/metrics", "/static/", "/api/webhooks/")
"""Who watches must see most when it is busiest, and an event belongs to something that was let in before."""


class Room:
    """How many are at work in this process. Who waits for somebody else's server takes no place meanwhile."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._taken = 0

    @property
    def is_full(self) -> bool:
        return self._taken >= self._places

    @contextmanager
    def inside(self) -> Iterator[None]:
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    @contextmanager
    def away(self) -> Iterator[None]:
        self._taken -= 1
        try:
            yield
        finally:
            self._taken += 1


class Admission:
    """Refuses at the door what could not be served soon, before anything of it is begun.

    A server that lets everybody in serves nobody in time: each waits behind all others, longer than his client does,
    and what is done for him is done in vain.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        room: Room = scope["app"].state.system.room
        if room.is_full and not scope["path"].startswith(_ALWAYS):
            await self._refuse(scope, receive, send)
            return
        with room.inside():
            await self._app(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As any other refusal is told: to a program, or to a person as a page."""
        refused = Overloaded("More is asked of us than we can do; nothing of this was begun. Ask again in a moment.")
        response = await scope["app"].exception_handlers[Problem](Request(scope, receive), refused)
        await response(scope, receive, send)
