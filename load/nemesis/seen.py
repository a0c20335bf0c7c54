"""The faults of a run, and what people met meanwhile, read from its history."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from load.operations import VERBS


class UnseenError(Exception):
    """The faults were not made as planned, or not written down; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Burnt:
    """One fault. Seconds of the history's clock; `bit` counts what `unit` names."""

    number: int
    fault: str
    began_s: float
    ended_s: float
    unit: str
    bit: int


@dataclass(frozen=True, slots=True)
class Heir:
    """What took the place of a database server, as it was looked at: ids of payments and refunds, and of entries."""

    fault: str
    at_s: float
    decided: frozenset[str]
    undecided: frozenset[str]
    entries: int
    unbalanced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A payment or refund that somebody was told of; `state` is what it was called."""

    object_id: str
    state: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Request:
    """One request of somebody. `end_s` is infinite for one that has no end."""

    verb: str
    began_s: float
    end_s: float
    http: int | None


def burnt(strikes: Iterable[Mapping[str, Any]], planned: int) -> list[Burnt]:
    """The faults of a whole plan. Raises UnseenError."""
    by_phase = defaultdict[str, list[Mapping[str, Any]]](list)
    for line in strikes:
        by_phase[line["phase"]].append(line)
    if [line["value"]["faults"] for line in by_phase["over"]] != [planned]:
        raise UnseenError(f"{len(by_phase['end'])} of {planned} faults were made: the load ended before the plan")
    begun = {line["value"]["number"]: line["t"] for line in by_phase["start"]}
    return [_burnt(line, begun[line["value"]["number"]]) for line in by_phase["end"]]


def _burnt(line: Mapping[str, Any], began_s: float) -> Burnt:
    about = line["value"]
    return Burnt(about["number"], line["f"], began_s, line["t"], about["unit"], about["bit"])


def heirs(strikes: Iterable[Mapping[str, Any]]) -> list[Heir]:
    return [_heir(line) for line in strikes if line["phase"] == "heir"]


def _heir(line: Mapping[str, Any]) -> Heir:
    held = line["value"]
    ids = frozenset(held["decided"]), frozenset(held["undecided"])
    return Heir(line["f"], line["t"], *ids, held["entries"], tuple(held["unbalanced"]))


def acknowledged(lines: Iterable[Mapping[str, Any]]) -> Iterator[Acknowledged]:
    """Every payment and refund of a history that an answer named as done."""
    for line in lines:
        if line["type"] == "ok" and line["f"] in VERBS and line.get("object") is not None:
            yield Acknowledged(line["object"], line["state"], line["t"])


def requests(lines: Iterable[Mapping[str, Any]]) -> Iterator[Request]:
    """Every request of a history, in the order of its end; those without an end come last."""
    begun: dict[tuple[str, str, str], float] = {}
    for line in lines:
        attempt = (line["p"], line["f"], line["intent"])
        if line["type"] == "invoke":
            begun[attempt] = line["t"]
        else:
            yield Request(line["f"], begun.pop(attempt), line["t"], line.get("http"))
    for (_, verb, _), began_s in begun.items():
        yield Request(verb, began_s, float("inf"), None)
