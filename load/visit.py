"""A person on the way through the system: each request written down before it is sent, and judged when it has ended."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from fixtures.client import Auditor, Item, Member, Visitor
from fixtures.client.decoding import DecodingError
from fixtures.client.replies import ClientError, Reply
from fixtures.client.subscriptions import Plan
from load.arrivals import Arrival
from load.history import End, History, ending
from load.measures import Measures
from load.seconds import Seconds

T = TypeVar("T")
Note = Callable[[Any], Mapping[str, Any]]
OK: Final = frozenset({200})
CREATED: Final = frozenset({201})
_PATIENCE_S: Final = 5.0
_TURNED_AWAY: Final = "overloaded"
_ANSWER: Final = 400  # of an unexpected refusal, so many bytes are kept


@dataclass(slots=True)
class Person:
    """One buyer or reader with a connection of his own. `purchases` are the payments that he can read or give back."""

    name: str
    email: str
    visitor: Visitor
    member: Member | None = None
    auditor: Auditor | None = None
    purchases: list[str] = field(default_factory=list)
    lives: int = 0
    subscribed: bool = False

    @property
    def process(self) -> str:
        """After an outcome that stayed open, requests come from a new process, as the rule of histories asks."""
        return f"{self.name}.{self.lives}"

    @property
    def buyer(self) -> Member:
        assert self.member is not None, f"{self.name} has no account"
        return self.member


@dataclass(slots=True)
class Ended:
    """How one request ended. `value` is there only for a complete success that kept its promised shape."""

    end: End
    status: int
    value: Any = None
    error: str | None = None
    content: bytes = b""  # of a refusal
    retry_after: str | None = None
    turned_away: bool = False
    """Refused at the door: of this request nothing was begun. It does not speak for an earlier one under its key."""
    named: bool = False
    """Whether the answer names what came of the request: then the books tell the rest."""

    @property
    def is_open(self) -> bool:
        return self.end == "info" and not self.named


@dataclass(slots=True)
class Question:
    """A request whose outcome its sender never learned, and how to ask again under the same key."""

    intent: str
    ask_again: Callable[[], Ended]


@dataclass(slots=True)
class Run:
    """What all visits of a run share."""

    began: float  # time.perf_counter()
    history: History
    measures: Measures
    packs: list[Item]
    plans: list[Plan]
    seed: int
    crowd: str
    questions: list[Question] = field(default_factory=list)
    seconds: Seconds = field(default_factory=Seconds)
    in_flight: int = 0
    ended: int = 0
    errors: int = 0
    crashes: list[str] = field(default_factory=list)
    paid: Counter[str] = field(default_factory=Counter)  # payments that succeeded, by phase


@dataclass(slots=True)
class Visit:
    run: Run
    person: Person
    arrival: Arrival
    phase: str
    _asked: int = 0

    def ask(
        self,
        verb: str,
        send: Callable[[], Reply[T]],
        *,
        intent: str | None = None,
        value: Mapping[str, Any] | None = None,
        note: Note | None = None,
        expected: frozenset[int] = OK,
        doubted: bool = False,
    ) -> Ended:
        """Write the intent down, send, write the end down, and measure both from the plan and from the sending.

        `doubted` says that an earlier request for the intent may have done it.
        """
        intent = intent or f"{self.arrival.number}.{self._asked}"
        process, due = self.person.process, self._due()
        self.run.history.invoke(process, verb, intent, value or {})
        sent = time.perf_counter()
        self.run.in_flight += 1
        ended = _sent(send)
        self.run.in_flight -= 1
        self._measure(verb, time.perf_counter(), sent, due if due is not None else sent, ended, expected)
        noted = note(ended.value) if note and ended.value is not None else {}
        ended.named = noted.get("object") is not None
        if ended.turned_away and not doubted:
            ended.end = "fail"
        if ended.end == "ok" and "object" in noted and not ended.named:
            ended.end = "info"  # it tells of another request's money, and nothing of this one's
        self.run.history.end(process, verb, intent, ended.end, _result(ended, noted, expected))
        self.person.lives += ended.end == "info"
        return ended

    def ask_until_known(self, verb: str, send: Callable[[], Reply[T]], intent: str, **about: Any) -> Ended:  # noqa: ANN401 - handed on to ask
        """Send a money request; as long as nobody can say what came of it, send it again under the same key.

        Who is told when to come again comes then, and not before: a crowd that does not wait keeps a server down.
        """
        ask = partial(self.ask, verb, send, intent=intent, **about)
        ended = ask()
        for _again in range(2):
            if not ended.is_open:
                return ended
            time.sleep(_patience_s(ended.retry_after))
            ended = ask(doubted=True)
        if ended.is_open:
            self.run.questions.append(Question(intent, partial(ask, doubted=True)))
        return ended

    def _due(self) -> float | None:
        """Only the first request of a visit was planned; each later one is due when the one before has ended."""
        self._asked += 1
        return self.run.began + self.arrival.due_s if self._asked == 1 else None

    def _measure(  # noqa: PLR0917 - instants in their order
        self, verb: str, now: float, sent: float, due: float, ended: Ended, expected: frozenset[int]
    ) -> None:
        fine = ended.status in expected and ended.error is None
        self.run.ended += 1
        self.run.errors += not fine
        waited, service = 1000 * (now - min(due, sent)), 1000 * (now - sent)
        self.run.measures.record(
            self.phase, verb, waited_ms=waited, service_ms=service, status=ended.status, expected=fine
        )
        self.run.seconds.record(now - self.run.began, verb, waited, expected=fine)


def _patience_s(retry_after: str | None) -> float:
    """As RFC 9110, section 10.2.3, has it in seconds; a date is nothing that a system of ours sends."""
    return min(float(retry_after), _PATIENCE_S) if retry_after and retry_after.isdigit() else 0.0


def _sent(send: Callable[[], Reply[T]]) -> Ended:
    try:
        reply = send()
    except OSError as error:
        return Ended("info", 0, error=f"{type(error).__name__}: {error}")
    slug = None if reply.ok else _slug(reply)
    end = ending(reply.status, slug)
    if not reply.ok:
        waits = reply.headers.get("retry-after")
        away = slug == _TURNED_AWAY
        return Ended(end, reply.status, content=reply.raw.content, retry_after=waits, turned_away=away)
    try:
        return Ended(end, reply.status, reply.value)
    except (ClientError, DecodingError) as error:
        return Ended("info", reply.status, error=f"{type(error).__name__}: {str(error)[:300]}")


def _slug(reply: Reply[Any]) -> str | None:
    """What the refusal calls itself; None for one that is no problem document, such as a gateway's."""
    try:
        return reply.problem.slug
    except ClientError:
        return None


def _result(ended: Ended, noted: Mapping[str, Any], expected: frozenset[int]) -> dict[str, Any]:
    result: dict[str, Any] = {"http": ended.status or None, **noted}
    if ended.error is not None:
        result["error"] = ended.error
    if ended.retry_after is not None:
        result["retry_after"] = ended.retry_after
    if ended.status not in expected:
        result["unexpected"] = True
        if ended.content:
            result["answer"] = ended.content[:_ANSWER].decode(errors="replace")
    return result
