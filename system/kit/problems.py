"""What a client is told when it cannot have what it asked for (RFC 9457).

Problem
├── InvalidRequest          422  the payload is malformed; every field named
├── AuthenticationRequired  401
├── Forbidden               403
├── NotFound                404  also the answer for other people's objects
├── ServiceUnavailable      503  with Retry-After
└── one subclass for each refusal of a slice, in its problems.py

An expected refusal is a Problem with a 4xx. A 5xx is a bug or a dependency and is never raised on purpose, but for 503.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    field: str = Field(examples=["body.amount"])
    message: str = Field(examples=["Input should be a valid integer"])


class ProblemBody(BaseModel):
    """The wire form of every error. Extension members of a type stand beside these."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/price-changed"])
    title: str
    status: int
    detail: str = Field(description="What happened and what to do next.")
    instance: str = Field(description="The path that was asked for.")
    request_id: str
    errors: list[FieldError] | None = None


class Problem(Exception):  # noqa: N818 - the field's word, RFC 9457
    slug: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Something went wrong on our side"
    status: ClassVar[int] = 500

    def __init__(self, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any) -> None:  # noqa: ANN401 - extension members are any JSON
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def body(self, *, instance: str, request_id: str) -> dict[str, Any]:
        return {
            "type": f"/problems/{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "request_id": request_id,
            **self.members,
        }


class InvalidRequest(Problem):
    slug = "invalid-request"
    title = "The request is malformed"
    status = 422

    @classmethod
    def of(cls, errors: Sequence[FieldError]) -> "InvalidRequest":
        named = "; ".join(f"{error.field}: {error.message}" for error in errors)
        return cls(f"Correct these fields and send again. {named}", errors=[error.model_dump() for error in errors])

    @classmethod
    def field(cls, field: str, message: str) -> "InvalidRequest":
        return cls.of([FieldError(field=field, message=message)])


class AuthenticationRequired(Problem):
    slug = "authentication-required"
    title = "Log in first"
    status = 401

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(Problem):
    slug = "forbidden"
    title = "Your role does not allow this"
    status = 403


class NotFound(Problem):
    slug = "not-found"
    title = "There is nothing here for you"
    status = 404


class ServiceUnavailable(Problem):
    slug = "service-unavailable"
    title = "A part that this needs does not answer"
    status = 503

    def __init__(self, detail: str, *, retry_after_s: int = 5, **members: Any) -> None:  # noqa: ANN401 - see Problem
        super().__init__(detail, headers={"Retry-After": str(retry_after_s)}, **members)


class Overloaded(ServiceUnavailable):
    """Told before anything of the request is begun: whoever hears it knows that nothing has happened."""

    slug = "overloaded"
    title = "Too many want something at once"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, retry_after_s=2)


def documented(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` of a route that can refuse in these ways; several of one status are listed together."""
    responses: dict[int | str, dict[str, Any]] = {}
    every: list[type[Problem]] = [*problems, InvalidRequest]
    for problem in every:
        examples = responses.setdefault(
            problem.status,
            {
                "model": ProblemBody,
                "description": "",
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}, "examples": {}}},
            },
        )
        examples["description"] = "; ".join(filter(None, (examples["description"], problem.title)))
        examples["content"][MEDIA_TYPE]["examples"][problem.slug] = {
            "value": {
                "type": f"/problems/{problem.slug}",
                "title": problem.title,
                "status": problem.status,
                "detail": (problem.__doc__ or problem.title).strip().splitlines()[0],
                "instance": "/api",
                "request_id": "req-01j9zq",
            }
        }
    return responses
