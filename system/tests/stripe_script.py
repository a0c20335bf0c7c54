"""A Stripe that answers by a script, to see what the adapter asks for and what it makes of each answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from system.processor.port import Unknown
from system.processor.stripe_api import Json, Refused, Reply, StripeApi

MISSING = Refused(404, "resource_missing", "No such thing.", of_card=False, details={})
WRONG = Refused(400, None, "That cannot be done now.", of_card=False, details={})
DECLINED = Refused(402, "card_declined", "No.", of_card=True, details={"decline_code": "insufficient_funds"})
LOST = Unknown("no reply")


@dataclass(frozen=True, slots=True)
class Asked:
    verb: str
    params: Mapping[str, Any]
    key: str | None


@dataclass
class Script(StripeApi):
    """`answers` by "post /v1/…": one for every time, or a list whose last one stays. What has none is missing."""

    answers: Mapping[str, Reply | list[Reply]]
    asked: list[Asked] = field(default_factory=list)

    async def ask(
        self,
        method: Literal["get", "post", "delete"],
        path: str,
        params: Json,
        *,
        key: str | None = None,
        attempts: int = 1,
    ) -> Reply:
        verb = f"{method} {path}"
        self.asked.extend([Asked(verb, params, key)] * attempts)
        answer = self.answers.get(verb, MISSING)
        if not isinstance(answer, list):
            return answer
        return answer.pop(0) if len(answer) > 1 else answer[0]

    def changes(self) -> list[str]:
        """Return what was asked for that is more than a reading, in order."""
        return [each.verb for each in self.asked if not each.verb.startswith("get ")]

    def first(self, verb: str) -> Asked:
        return next(each for each in self.asked if each.verb == verb)


def listed(*rows: Json) -> Json:
    return {"data": list(rows), "has_more": False}
