from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI

from system.accounts.access import UndecidedRouteError, decisions, public
from system.accounts.identity import Caller, require_roles
from system.accounts.models import ROLES, Identity


def _app(router: APIRouter) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(router)
    return app


def _roles(router: APIRouter) -> tuple[str, ...]:
    [only] = decisions(_app(router))
    return only.roles


def test_route_without_a_decision_stops_the_start_and_is_named() -> None:
    router = APIRouter(prefix="/api/things")

    @router.get("/{thing_id}")
    async def forgotten(thing_id: str) -> str:
        return thing_id

    with pytest.raises(UndecidedRouteError, match=r"GET.*/api/things/\{thing_id\}"):
        decisions(_app(router))


def test_public_and_a_role_at_once_is_no_decision() -> None:
    router = APIRouter()

    @router.get("/both", dependencies=[public])
    async def both(_: Caller) -> None: ...

    with pytest.raises(UndecidedRouteError, match="/both"):
        decisions(_app(router))


def test_marked_public_route_is_public() -> None:
    router = APIRouter()

    @router.get("/open", dependencies=[public])
    async def opened() -> None: ...

    assert _roles(router) == ("public",)


def test_caller_lets_every_role_in() -> None:
    router = APIRouter()

    @router.get("/mine")
    async def mine(_: Caller) -> None: ...

    assert _roles(router) == ROLES


def test_required_roles_stand_for_the_caller_that_they_ask() -> None:
    router = APIRouter()

    @router.get("/books")
    async def books(_: Annotated[Identity, Depends(require_roles("admin", "auditor"))]) -> None: ...

    assert _roles(router) == ("admin", "auditor")


def test_roles_of_a_router_and_a_route_are_both_asked() -> None:
    router = APIRouter(dependencies=[Depends(require_roles("admin", "auditor"))])

    @router.post("/books", dependencies=[Depends(require_roles("admin", "instructor"))])
    async def books(_: Caller) -> None: ...

    assert _roles(router) == ("admin",)
