from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import orjson
import psycopg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from system.kit.problems import (
    MEDIA_TYPE,
    AuthenticationRequired,
    FieldError,
    InvalidRequest,
    Problem,
    ServiceUnavailable,
)

log = structlog.get_logger(__name__)


class Body(BaseModel):
    """Base of every request body: unknown fields are refused, nothing is coerced (`"12"` and `12.0` are no amounts)."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class RequestId:
    """Names each request for its log lines, its audit rows and its error bodies."""

    @staticmethod
    def of(request: Request) -> str:
        return str(request.scope.get("state", {}).get("request_id", "-"))


def problem_response(request: Request, problem: Problem) -> Response:
    body = problem.body(instance=request.url.path, request_id=RequestId.of(request))
    return Response(orjson.dumps(body), status_code=problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def install_problem_handlers(app: FastAPI) -> None:
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(psycopg.errors.InvalidAuthorizationSpecification, _on_erased_account)
    app.add_exception_handler(psycopg.OperationalError, _on_database_away)
    app.add_exception_handler(PoolTimeout, _on_database_away)
    app.add_exception_handler(Exception, _on_bug)


async def _on_problem(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, Problem)
    return problem_response(request, exc)


async def _on_invalid(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, RequestValidationError)
    return problem_response(request, InvalidRequest.of([_field_error(error) for error in exc.errors()]))


def _field_error(error: dict[str, Any]) -> FieldError:
    location: Sequence[Any] = error["loc"]
    if error["type"] == "json_invalid":
        # Its location is an offset, which is no field; the whole body is at fault.
        return FieldError(field="body", message=f"This is no JSON, from character {location[-1]} on")
    if location == ("body",) and error["type"] in {"model_attributes_type", "model_type", "missing"}:
        return FieldError(field="body", message="Send a JSON object, with Content-Type: application/json")
    return FieldError(field=".".join(str(part) for part in location), message=str(error["msg"]))


_TITLES = {
    404: ("not-found", "There is nothing here"),
    405: ("method-not-allowed", "This path has other methods"),
    413: ("content-too-large", "The body is too large"),
}
_WAYS_OUT = {
    404: "Check the path; every path there is stands in /openapi.json.",
    405: "Use one of the methods in the Allow header.",
}


async def _on_http_exception(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    if exc.status_code == HTTPStatus.BAD_REQUEST:
        # The framework's word for a body that it cannot even decode; ours is the one for every malformed request.
        return problem_response(request, InvalidRequest.field("body", "This is not UTF-8 text; send a JSON object"))
    problem = Problem(_WAYS_OUT.get(exc.status_code, str(exc.detail)), headers=exc.headers)
    slug, title = _TITLES.get(exc.status_code, (f"http-{exc.status_code}", str(exc.detail)))
    body = problem.body(instance=request.url.path, request_id=RequestId.of(request))
    body |= {"type": f"/problems/{slug}", "title": title, "status": exc.status_code}
    return Response(orjson.dumps(body), status_code=exc.status_code, headers=problem.headers, media_type=MEDIA_TYPE)


async def _on_erased_account(request: Request, exc: Exception) -> Response:
    """The database refuses a row for an account that was erased while the request was under way."""
    log.warning("erased_account_refused", error=str(exc).splitlines()[0])
    return problem_response(request, AuthenticationRequired("This account was erased; sign up again to go on."))


async def _on_database_away(request: Request, exc: Exception) -> Response:
    log.warning("database_away", error=str(exc).splitlines()[0])
    return problem_response(request, ServiceUnavailable("The database does not answer; try again in a few seconds."))


async def _on_bug(request: Request, exc: Exception) -> Response:
    log.error("unhandled", exc_info=exc)
    detail = f"Tell us the request id {RequestId.of(request)}; nothing was charged without being recorded."
    return problem_response(request, Problem(detail))
