"""Which suites there are: read from suites.toml, so that a later suite is a new entry and no code."""

import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

DEFAULT_PATH = Path(__file__).with_name("suites.toml")


class SuitesError(Exception):
    """suites.toml cannot be used; the message lists everything that is wrong, each naming suite and field."""


class Suite(BaseModel):
    """How one suite is run. `limit_s` is in seconds of wall clock; `cores` is its share of two."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
    title: Annotated[str, Field(min_length=3)]
    command: Annotated[tuple[str, ...], Field(min_length=1)]
    limit_s: Annotated[float, Field(gt=0)]
    cores: Annotated[float, Field(gt=0, le=2)] = 1
    database: bool = False
    quick: bool = True
    quick_command: tuple[str, ...] | None = None
    blind_args: tuple[str, ...] = ()
    narrow_args: tuple[str, ...] = ()
    finished: tuple[int, ...] = (0, 1)
    idle: int | None = None

    def argv(
        self, folder: Path, *, quick: bool = False, seed: int = 1, criteria: Sequence[str] | None = None
    ) -> list[str]:
        """`criteria` narrows the suite to what proves one of them; None runs all that it has."""
        chosen = self.quick_command if quick and self.quick_command else self.command
        if criteria is not None:
            chosen += self.narrow_args
        places = {
            "{python}": sys.executable,
            "{seed}": str(seed),
            "{evidence}": str(folder / "evidence.jsonl"),
            "{junit}": str(folder / "junit.xml"),
            "{folder}": str(folder),
            "{criteria}": ",".join(criteria or ()),
        }
        return [_filled(word, places) for word in chosen]

    def blind_argv(self, folder: Path, defect: Path) -> list[str]:
        return [*self.argv(folder, quick=True), *(word.replace("{defect}", str(defect)) for word in self.blind_args)]


def _filled(word: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        word = word.replace(name, value)
    return word


def load(path: Path = DEFAULT_PATH) -> tuple[Suite, ...]:
    """Raises SuitesError with every fault at once."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("suite", [])
    except tomllib.TOMLDecodeError as error:
        raise SuitesError(f"{path.name} is not valid TOML: {error}") from error
    suites: list[Suite] = []
    faults: list[str] = []
    for number, raw in enumerate(tables, start=1):
        try:
            suites.append(Suite.model_validate(raw))
        except ValidationError as error:
            name = raw.get("name", f"number {number}")
            faults += [f"suite {name}, field {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    counts = Counter(suite.name for suite in suites)
    faults += [f"suite {name}, field name: is used {count} times" for name, count in counts.items() if count > 1]
    if faults or not suites:
        raise SuitesError(f"{path.name}: " + ("; ".join(faults) or "names no suite"))
    return tuple(suites)


def select(suites: tuple[Suite, ...], only: list[str], *, quick: bool) -> tuple[Suite, ...]:
    """Choose by name, or else all that a proof may need. Raises SuitesError for a name that no suite has."""
    strangers = sorted(set(only) - {suite.name for suite in suites})
    if strangers:
        known = ", ".join(suite.name for suite in suites)
        raise SuitesError(f"There is no suite named {', '.join(strangers)}. Choose from: {known}.")
    if only:
        return tuple(suite for suite in suites if suite.name in only)
    return tuple(suite for suite in suites if suite.quick or not quick)
