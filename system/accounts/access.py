"""Who may use a route and what has to be open to them, written once: on the route.

The OpenAPI document, the list of guarded routes and the checks at start are derived from it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import Mount

from system.accounts.models import ROLES
from system.kit.problems import MEDIA_TYPE

PUBLIC = ("public",)
_OPENAPI_PATH = "/openapi.json"
"""The one route that the framework makes itself; it serves the document to everybody."""

_MARK = "__access__"
_FEATURE_MARK = "__feature__"
_COURSE_MARK = "__course__"
_SCOPE_MARK = "__scope__"
Dependency = TypeVar("Dependency", bound=Callable[..., Any])


class UndecidedRouteError(Exception):
    """A route has no access decision, or contradicting ones: the system is not started with it."""


@dataclass(frozen=True, slots=True)
class Access:
    """What was decided for one method of one path: the roles that may use it, or `public`, and what has to be open."""

    path: str
    method: str
    roles: tuple[str, ...]
    in_schema: bool
    # The feature that has to be open to whoever asks.
    feature: str | None = None
    # Whether the course that the path names has to be.
    course: bool = False
    # What an API key must have been given to be let in; a route without one refuses every key.
    scopes: tuple[str, ...] = ()

    @property
    def guards(self) -> dict[str, Any]:
        """Return the extension members that tell of it in the OpenAPI document."""
        feature = {"x-feature": self.feature} if self.feature else {}
        course = {"x-course": True} if self.course else {}
        return feature | course | ({"x-scopes": list(self.scopes)} if self.scopes else {})


def decides(*roles: str) -> Callable[[Dependency], Dependency]:
    """Mark a dependency as an access decision; it stands for the decisions that it depends on."""

    def mark(dependency: Dependency) -> Dependency:
        setattr(dependency, _MARK, roles)
        return dependency

    return mark


def needs_feature(feature: str) -> Callable[[Dependency], Dependency]:
    """Mark a dependency that refuses whoever this feature is not open to; a route has one such feature."""

    def mark(dependency: Dependency) -> Dependency:
        setattr(dependency, _FEATURE_MARK, feature)
        return dependency

    return mark


def needs_scope(scope: str) -> Callable[[Dependency], Dependency]:
    """Mark a dependency that lets in API keys with this scope, beside whoever has logged in."""

    def mark(dependency: Dependency) -> Dependency:
        setattr(dependency, _SCOPE_MARK, scope)
        return dependency

    return mark


def needs_course(dependency: Dependency) -> Dependency:
    """Mark a dependency that refuses whoever the course in the path is not open to, by purchase, plan or gift."""
    setattr(dependency, _COURSE_MARK, True)
    return dependency


@decides(*PUBLIC)
async def _anyone() -> None:
    """Ask nothing."""


public = Depends(_anyone)
"""`dependencies=[public]`: letting everybody in is a decision as deliberate as any other."""


def decisions(app: FastAPI) -> list[Access]:
    """List every route with who may use it; UndecidedRouteError names all that nobody decided."""
    found: list[Access] = []
    faults: list[str] = []
    for context in iter_route_contexts(app.routes):
        if context.path == _OPENAPI_PATH or isinstance(context.route, Mount):
            continue
        roles = _decided(context)
        if roles is None:
            faults.append(f"{sorted(context.methods or ())} {context.path}")
        else:
            found += _each_method(context, roles)
    if faults:
        raise UndecidedRouteError("Give each of these routes one access decision:\n  " + "\n  ".join(faults))
    return found


def install_openapi(app: FastAPI) -> None:
    """Serve an OpenAPI document that tells the access decision of each operation and page.

    Operations have `x-roles`, and where something has to be open `x-feature` or `x-course`, and where an API key
    may be used `x-scopes`; pages are in `x-pages`.
    """
    decided = decisions(app)

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            bare = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                tags=app.openapi_tags,
                routes=app.routes,
            )
            app.openapi_schema = _with_access(_with_problems_only(bare), decided)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # the way that FastAPI documents for extending it


def _with_problems_only(document: dict[str, Any]) -> dict[str, Any]:
    """A refusal is a problem and nothing else; the framework adds the route's own type to whatever names a model."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for response in operation["responses"].values():
                if MEDIA_TYPE in response.get("content", {}):
                    response["content"] = {MEDIA_TYPE: response["content"][MEDIA_TYPE]}
    return document


def _with_access(document: dict[str, Any], decided: list[Access]) -> dict[str, Any]:
    for access in decided:
        if access.in_schema:
            document["paths"][access.path][access.method.lower()] |= {"x-roles": list(access.roles), **access.guards}
    document["x-pages"] = [
        {"path": access.path, "method": access.method, "access": list(access.roles), **access.guards}
        for access in decided
        if not access.in_schema
    ]
    return document


def _decided(context: RouteContext) -> tuple[str, ...] | None:
    dependant = getattr(context, "dependant", None)
    marks = set(_outermost_marks(dependant)) if isinstance(dependant, Dependant) else set()
    if marks == {PUBLIC}:
        return PUBLIC
    if not marks or PUBLIC in marks:
        return None
    # Every mark is asked, so that only a role that passes all of them gets in.
    return tuple(role for role in ROLES if all(role in mark for mark in marks)) or None


def _outermost_marks(dependant: Dependant) -> Iterator[tuple[str, ...]]:
    mark = getattr(dependant.call, _MARK, None)
    if mark is not None:
        yield mark
        return
    for below in dependant.dependencies:
        yield from _outermost_marks(below)


def _each_method(context: RouteContext, roles: tuple[str, ...]) -> list[Access]:
    methods = sorted((context.methods or set()) - {"HEAD", "OPTIONS"})
    path = str(context.path_format or context.path)
    in_schema = bool(getattr(context, "include_in_schema", False))
    features = sorted(_marks(context, _FEATURE_MARK))
    if len(features) > 1:
        raise UndecidedRouteError(f"{path} asks for several features, {', '.join(features)}; one route opens by one.")
    feature, course = next(iter(features), None), bool(_marks(context, _COURSE_MARK))
    scopes = tuple(sorted(_marks(context, _SCOPE_MARK)))
    return [Access(path, method, roles, in_schema, feature, course, scopes) for method in methods]


def _marks(context: RouteContext, name: str) -> set[Any]:
    """Collect a mark of all that a route depends on."""
    dependant = getattr(context, "dependant", None)
    return set(_marks_below(dependant, name)) if isinstance(dependant, Dependant) else set()


def _marks_below(dependant: Dependant, name: str) -> Iterator[Any]:
    mark = getattr(dependant.call, name, None)
    if mark is not None:
        yield mark
    for below in dependant.dependencies:
        yield from _marks_below(below, name)
