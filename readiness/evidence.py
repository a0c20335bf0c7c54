"""Evidence: one line of JSON for each check that a suite made.

A suite may write a check twice (first `unknown` when it is planned, then its outcome): the last line counts, so that
a suite which dies half-way leaves `unknown` behind instead of nothing.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

Outcome = Literal["pass", "fail", "unknown"]


class Link(BaseModel):
    """Where a reader can look: an address, or a path (of the working directory or beside the evidence file)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: Annotated[str, Field(min_length=1)]
    href: Annotated[str, Field(min_length=1)]


class Line(BaseModel):
    """The outcome of one check. `seconds` is its duration; `data` holds figures that the report may tabulate."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    check: Annotated[str, Field(min_length=1)]
    suite: Annotated[str, Field(min_length=1)]
    proves: tuple[Annotated[str, Field(pattern=r"^[A-Z][0-9]+\.[0-9]+$")], ...] = ()
    outcome: Outcome
    seconds: Annotated[float, Field(ge=0)] = 0.0
    detail: str = ""
    links: tuple[Link, ...] = ()
    data: dict[str, Any] | None = None

    @field_validator("seconds")
    @classmethod
    def is_finite(cls, value: float) -> float:
        if not math.isfinite(value):
            raise ValueError("must be a finite number")
        return value


@dataclass(frozen=True, slots=True)
class Evidence:
    """What could be read, and what could not: each fault names source, line and field."""

    lines: tuple[Line, ...]
    faults: tuple[str, ...] = ()


def read(path: Path) -> Evidence:
    """A file that does not exist is no evidence, which is not a fault of the evidence."""
    if not path.exists():
        return Evidence(())
    return parse(path.read_text(encoding="utf-8", errors="replace"), source=path.name)


def parse(text: str, *, source: str) -> Evidence:
    lines: dict[tuple[str, str], Line] = {}
    faults: list[str] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        if not raw.strip():
            continue
        try:
            line = Line.model_validate_json(raw)
        except ValidationError as error:
            faults += [f"{source} line {number}, {_field(fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        else:
            lines[(line.suite, line.check)] = line
    return Evidence(tuple(lines.values()), tuple(faults))


def _field(location: tuple[int | str, ...]) -> str:
    return "field " + ".".join(str(step) for step in location) if location else "the line as a whole"


def distrust(lines: Iterable[Line], reason: str) -> list[Line]:
    """What passed in a suite that did not finish proves nothing: the checks it never reached might have failed."""
    return [
        line.model_copy(update={"outcome": "unknown", "detail": f"{reason} {line.detail}".strip()})
        if line.outcome == "pass"
        else line
        for line in lines
    ]
