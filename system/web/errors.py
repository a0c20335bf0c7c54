"""A person gets a page where a program gets a problem: made of the same words."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response

from system.accounts.identity import visitor
from system.context import System
from system.web.rendering import Desk, go_to_login

Handler = Callable[[Request, Exception], Awaitable[Response]]

_FOR_PROGRAMS = ("/api/", "/health", "/metrics", "/openapi.json", "/static/")
_OURS = 500
_LOG_IN_FIRST = "/problems/authentication-required"


def install_page_errors(app: FastAPI) -> None:
    """Wrap the handlers that are installed by now, so that there is one list of what can go wrong."""
    for kind, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, _for_readers(handler))


def _for_readers(handler: Any) -> Handler:  # noqa: ANN401 - Starlette types its handlers loosely
    async def answer(request: Request, exc: Exception) -> Response:
        response: Response = await handler(request, exc)
        return await _as_page(request, response) if _is_read_by_a_person(request) else response

    return answer


def _is_read_by_a_person(request: Request) -> bool:
    path = request.url.path
    return "text/html" in request.headers.get("accept", "") and not path.startswith(_FOR_PROGRAMS)


async def _as_page(request: Request, response: Response) -> Response:
    problem: dict[str, Any] = orjson.loads(response.body)
    if problem["type"] == _LOG_IN_FIRST:
        return go_to_login(request)
    system: System = request.app.state.system
    # When we are the ones in trouble, the page is made without asking anybody who reads it.
    reader = await visitor(request, system) if response.status_code < _OURS else None
    page = Desk(request, system, reader).problem(problem)
    if "retry-after" in response.headers:
        page.headers["Retry-After"] = response.headers["retry-after"]
    return page
