"""Runs suites side by side where they may, alone where they must, and reads what each one left behind."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from readiness import evidence
from readiness.child import Child, End
from readiness.evidence import Line
from readiness.suites import Suite

State = Literal["waiting", "running", "finished", "crashed", "timed_out", "interrupted", "not_run"]
CORES = 2


@dataclass(slots=True)
class Run:
    """One suite's run. `lines` are what may be believed of its evidence; `problem` says why some may not."""

    suite: Suite
    folder: Path
    state: State = "waiting"
    code: int | None = None
    seconds: float = 0.0
    problem: str = ""
    lines: list[Line] = field(default_factory=list)
    child: Child | None = None

    @property
    def was_asked(self) -> bool:
        """False for a suite that ended well and had nothing to prove of what is judged."""
        return bool(self.lines) or self.state != "finished"

    def count(self, outcome: evidence.Outcome) -> int:
        return sum(line.outcome == outcome for line in self.lines)


Watcher = Callable[[Sequence[Run]], None]


def run_all(runs: Sequence[Run], argv: Callable[[Run], list[str]], watch: Watcher, *, every_s: float = 0.25) -> None:
    """Ends early only by KeyboardInterrupt, which ends every child and marks what it cut short."""
    try:
        while any(run.state in {"waiting", "running"} for run in runs):
            _start_what_fits(runs, argv)
            _collect_what_ended(runs)
            watch(runs)
            time.sleep(every_s)
    except KeyboardInterrupt:
        _interrupt(runs)
        raise
    finally:
        watch(runs)


def _start_what_fits(runs: Sequence[Run], argv: Callable[[Run], list[str]]) -> None:
    """In order, so that a suite that needs the machine alone is not overtaken for ever."""
    for run in runs:
        if run.state != "waiting":
            continue
        if run.suite.cores > CORES - sum(other.suite.cores for other in runs if other.state == "running"):
            return
        run.folder.mkdir(parents=True, exist_ok=True)
        run.child = Child(
            argv(run),
            run.folder / "output.log",
            limit_s=run.suite.limit_s,
            env={"ASSAY_EVIDENCE_FOLDER": str(run.folder)},
        )
        run.state = "running"


def _collect_what_ended(runs: Sequence[Run]) -> None:
    for run in runs:
        if run.state != "running" or run.child is None:
            continue
        run.seconds = run.child.seconds
        run.lines = list(evidence.read(run.folder / "evidence.jsonl").lines)
        if (end := run.child.poll()) is not None:
            conclude(run, end)


def conclude(run: Run, end: End) -> None:
    """Decides whether the suite finished; if it did not, what passed in it proves nothing."""
    read = evidence.read(run.folder / "evidence.jsonl")
    run.code, run.seconds, run.lines = end.code, end.seconds, list(read.lines)
    run.state, run.problem = _state(run, end, list(read.faults))
    if run.problem:
        run.lines = evidence.distrust(run.lines, f"The suite {run.suite.name} did not finish, so this does not count.")


def _state(run: Run, end: End, faults: list[str]) -> tuple[State, str]:
    if end.timed_out:
        return "timed_out", f"It was ended after its limit of {run.suite.limit_s:.0f} s."
    if end.problem or end.code not in (*run.suite.finished, run.suite.idle):
        return "crashed", end.problem or f"It ended with {_words(end.code)} before it had judged everything."
    if faults:
        return "crashed", f"Its evidence cannot be read: {'; '.join(faults[:3])}."
    if not run.lines:
        return ("finished", "") if end.code == run.suite.idle else ("crashed", "It ended without a line of evidence.")
    if end.code != 0 and all(line.outcome == "pass" for line in run.lines):
        return "crashed", f"It ended with {_words(end.code)} though every line of its evidence passed."
    return "finished", ""


def _words(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def _interrupt(runs: Sequence[Run]) -> None:
    for run in runs:
        if run.state == "running" and run.child is not None:
            conclude(run, run.child.stop())
            run.state, run.problem = "interrupted", "It was interrupted."
            run.lines = evidence.distrust(run.lines, "The run was interrupted, so this does not count.")
        elif run.state == "waiting":
            run.state, run.problem = "not_run", "The run was interrupted before it began."
