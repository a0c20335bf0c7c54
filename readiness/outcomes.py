"""A pytest plugin (-p readiness.outcomes) that says how a test ended precisely enough to tell a kill from an accident.

JUnit and exit codes cannot: a test that found the defect, one whose server never came up and one that ran into its
time limit are all "failed" there.
"""

import json
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from readiness.matrix import Fate


class Phase(BaseModel):
    """One phase of one test. `asserted` is true when it failed because an assertion of the test did not hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    test: str
    when: str
    outcome: str
    asserted: bool
    seconds: float
    message: str


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--outcomes", default=None, metavar="FILE", help="append how each phase of each test ended")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    target = item.config.getoption("--outcomes")
    if target is not None:
        error = call.excinfo.value if call.excinfo is not None else None
        phase = Phase(
            test=item.nodeid,
            when=report.when or "",
            outcome=report.outcome,
            asserted=report.failed and error is not None and is_assertion(error),
            seconds=report.duration,
            message="" if error is None else f"{type(error).__name__}: {error}"[:2000],
        )
        with Path(str(target)).open("a", encoding="utf-8") as file:
            file.write(json.dumps(phase.model_dump()) + "\n")
    return report


def is_assertion(error: BaseException) -> bool:
    """True for what a test says itself; pytest-timeout borrows pytest.fail, and that is no finding."""
    if isinstance(error, BaseExceptionGroup):
        return all(is_assertion(part) for part in error.exceptions)
    if isinstance(error, pytest.fail.Exception):
        return not str(error).startswith("Timeout ")
    return isinstance(error, AssertionError)


def read(path: Path) -> list[Phase]:
    """A last line that was cut off by a crash is left out."""
    phases: list[Phase] = []
    for raw in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            values: Any = json.loads(raw)
        except json.JSONDecodeError:
            continue
        phases.append(Phase.model_validate(values))
    return phases


def classify(phases: Iterable[Phase], *, code: int | None, timed_out: bool) -> tuple[Fate, str]:
    """Killed only by an assertion in the call phase of a test whose setup held; survived only if all of it passed."""
    known = list(phases)
    broken = [phase for phase in known if phase.when == "setup" and phase.outcome == "failed"]
    calls = [phase for phase in known if phase.when == "call"]
    found = [phase for phase in calls if phase.outcome == "failed" and phase.asserted]
    odd = [phase for phase in known if phase.outcome != "passed" and phase not in found]
    if timed_out:
        return "unknown", "It ran into its time limit."
    if broken:
        return "unknown", f"The system could not be set up: {broken[0].message}"
    if found and code == 1:
        return "killed", found[0].message
    if odd:
        return "unknown", f"It ended in {odd[0].when} without an assertion: {odd[0].message or odd[0].outcome}"
    if not calls or code != 0:
        return "unknown", f"pytest ended with exit code {code} after {len(calls)} tests."
    return "survived", "The check passed although the defect was there."
