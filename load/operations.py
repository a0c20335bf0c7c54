"""From the lines of a history, read once, to what the checkers ask of it."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Literal

from fixtures.books import Operation

VERBS: Final[Mapping[str, Literal["pay", "refund"]]] = {
    "pay": "pay",
    "refund": "refund",
    "subscribe": "pay",
    "upgrade": "pay",
}
"""The verbs that move money, and what the books call it: whatever a subscription charges is a payment."""
_READING: Final = "trial_balance"
_SIGN_UP: Final = "sign_up"
_OPEN: Final = "entitlements"
_PLANS: Final = frozenset({"subscribe"})
_COME_AGAIN: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS.value, HTTPStatus.SERVICE_UNAVAILABLE.value})
"""Refusals that are clean only if they say when to come again."""
_REFUSED: Final = HTTPStatus.BAD_REQUEST.value
_SHOWN: Final = 20
HANG_S: Final = 29.9
"""The clients give up after thirty seconds; a little less, since a pause before the sending counts for neither side."""

Line = Mapping[str, Any]


@dataclass(slots=True)
class Refusals:
    """How requests were refused: `by_kind` counts what was not clean, `unclean` shows the first of each kind."""

    answered: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    unclean: list[str] = field(default_factory=list)

    def hear(self, begun_s: float, end: Line) -> None:
        self.answered += 1
        status, took_s = end.get("http"), end["t"] - begun_s
        if (status is None or status < _REFUSED) and took_s < HANG_S:
            return
        kind = _unclean(status, took_s, end)
        if kind is None:
            return
        counted = self.by_kind.get(kind, 0)
        self.by_kind[kind] = counted + 1
        if counted < _SHOWN:
            self.unclean.append(f"{end['f']} at {end['t']:.3f} s: {kind}")


def _unclean(status: int | None, took_s: float, end: Line) -> str | None:
    if took_s >= HANG_S:
        return "hung until its client gave up"
    if status in _COME_AGAIN:
        return None if end.get("retry_after") is not None else f"answered {status} without Retry-After"
    if status is not None and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"answered {status}"
    return None


@dataclass(slots=True)
class Told:
    """What the clients of a run tell: of all they did, only what somebody asks about."""

    operations: list[Operation] = field(default_factory=list)
    readings: list[Line] = field(default_factory=list)
    signed_up: set[str] = field(default_factory=set)
    """The addresses of those who were told that they have an account now."""
    plans: list[Line] = field(default_factory=list)
    """Requests for a plan, and readings of what is open, each with the moments of its sending and of its end."""
    refusals: Refusals = field(default_factory=Refusals)


def told(lines: Iterable[Line]) -> Told:
    """Read the lines of a history, once. What is under way is all that is remembered of other requests.

    Raises KeyError for an end whose beginning is not in the history.
    """
    found, begun = Told(), dict[tuple[str, str, str], Line]()
    hear = found.refusals.hear
    for line in lines:
        kind, verb = line["type"], line["f"]
        attempt = (line["p"], verb, line.get("intent", ""))
        if kind == "invoke":
            begun[attempt] = line
        else:
            invoke = begun.pop(attempt)
            hear(invoke["t"], line)
            _note(found, verb, invoke, line)
    for invoke in begun.values():
        _note(found, invoke["f"], invoke, {**invoke, "type": "info"})
    return found


def _note(found: Told, verb: str, invoke: Line, end: Line) -> None:
    if verb in VERBS:
        found.operations.append(_operation(invoke, end))
        if verb in _PLANS:
            found.plans.append(_of_plan(invoke, end))
    elif verb == _OPEN and end["type"] == "ok":
        found.plans.append(_of_plan(invoke, end))
    elif verb == _READING:
        found.readings.append(end)
    elif verb == _SIGN_UP and end["type"] == "ok":
        found.signed_up.add(invoke["value"]["actor"])


def _of_plan(invoke: Line, end: Line) -> Line:
    return {**end, "actor": invoke["value"].get("actor"), "sent": invoke["t"]}


def operations(lines: Iterable[Line]) -> list[Operation]:
    """Each attempt at a payment or refund, with its end. One that has no end is `info`: it may have happened.

    Raises KeyError for an end whose beginning is not in the history.
    """
    return told(lines).operations


def _operation(invoke: Line, end: Line) -> Operation:
    asked = invoke["value"]
    return Operation(
        verb=VERBS[invoke["f"]],
        actor=sys.intern(asked["actor"]),
        key=invoke["intent"],
        outcome=end["type"],
        object_id=end.get("object"),
        amount=end.get("amount", asked["amount"]),
        currency=sys.intern(end.get("currency", asked["currency"])),
        payment_id=asked.get("payment"),
    )


def unresolved(found: Iterable[Operation]) -> list[str]:
    """The intents of which no attempt ever learned what came of them."""
    return [each.key for each in still_open(found)]


def still_open(found: Iterable[Operation]) -> Iterator[Operation]:
    """One operation for each intent of which no attempt ever learned what came of it."""
    known: dict[str, bool] = {}
    first: dict[str, Operation] = {}
    for operation in found:
        learned = operation.outcome != "info" or operation.object_id is not None
        known[operation.key] = known.get(operation.key, False) or learned
        first.setdefault(operation.key, operation)
    return (first[key] for key, learned in known.items() if not learned)
