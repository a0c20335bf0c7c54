from dataclasses import dataclass
from datetime import datetime

import orjson

from system.kit.problems import MEDIA_TYPE, Problem


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose key it is and for what. The same text from another account or on another route is another key."""

    account_id: str
    method: str
    route: str
    key: str
    # SHA-256 of what was asked, canonical: the same key with another body is a mistake that must not be answered.
    body_hash: bytes
    request_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the client is told, to the byte, so that a replay is not a paraphrase."""

    status: int
    body: bytes
    location: str | None = None
    replayed: bool = False

    @property
    def media_type(self) -> str:
        return MEDIA_TYPE if self.status >= 400 else "application/json"  # noqa: PLR2004 - RFC 9110: 4xx and up are errors

    @classmethod
    def refusal(cls, problem: Problem, *, route: str, request_id: str) -> "Answer":
        return cls(problem.status, orjson.dumps(problem.body(instance=route, request_id=request_id)))


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A claimed key. Without `answered_at` its request is still at work, or its outcome is not known yet."""

    object_id: str
    route: str
    request_id: str
    body_hash: bytes
    claimed_at: datetime
    answered_at: datetime | None
    status: int | None
    location: str | None
    body: bytes | None

    @property
    def answer(self) -> Answer | None:
        if self.status is None or self.body is None:
            return None
        return Answer(self.status, self.body, self.location)
