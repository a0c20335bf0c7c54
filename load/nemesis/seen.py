"""The faults of a run, and what people met meanwhile, read from its files: the history and `nemesis.jsonl`."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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
class Request:
    """One request of somebody. `end_s` is infinite for one that has no end."""

    verb: str
    began_s: float
    end_s: float
    http: int | None


def burnt(path: Path, clock_began: float, planned: int) -> list[Burnt]:
    """The faults of a whole plan, on the history's clock. Raises UnseenError."""
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except FileNotFoundError:
        raise UnseenError(f"there is no {path.name}: nobody wrote down which faults were made") from None
    except ValueError:
        raise UnseenError(f"{path.name} is torn") from None
    if not lines or lines[-1]["type"] != "over" or lines[-1]["faults"] != planned:
        made = sum(line["type"] == "end" for line in lines)
        raise UnseenError(f"{made} of {planned} faults were made: the load ended before the plan")
    begun = {line["number"]: line["at"] - clock_began for line in lines if line["type"] == "begin"}
    return [_burnt(line, begun[line["number"]], clock_began) for line in lines if line["type"] == "end"]


def _burnt(line: Mapping[str, Any], began_s: float, clock_began: float) -> Burnt:
    return Burnt(line["number"], line["fault"], began_s, line["at"] - clock_began, line["unit"], line["bit"])


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
