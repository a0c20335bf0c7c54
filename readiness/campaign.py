"""Plants each known defect in a system of its own and sees whether the check that should find it does.

Beside them every named check runs on the system as it is: a check that is red without a defect finds nothing.
"""

import datetime as dt
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from readiness import blind as blind_campaign
from readiness import environment, matrix, outcomes, planted
from readiness.child import Child
from readiness.evidence import Line, Outcome
from readiness.matrix import DefectRow, Fate, Matrix
from readiness.planted import Planted

Begun = TypeVar("Begun")
Given = TypeVar("Given")
Made = TypeVar("Made")

interrupted = threading.Event()
CHECK_LIMIT_S = 10
START_LIMIT_S = 90
AT_ONCE = 3
PLUGINS = ("-p", "pytest_timeout", "-p", "readiness.outcomes")
BARE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""A process for each defect: what pytest would load for other suites costs each a second before it begins."""
STYLES: dict[Fate, str] = {"killed": "green", "survived": "bold red", "unknown": "yellow"}


class CampaignError(Exception):
    """The campaign could not judge anything; the message is one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One pytest run: how it ended by its own record. `check_s` is the time of the calls alone."""

    fate: Fate
    message: str
    check_s: float
    total_s: float


def run(
    rows: frozenset[int],
    *,
    blind: bool,
    evidence: Path | None,
    console: Console,
    folder: Path = planted.FOLDER,
    out: Path = matrix.DEFAULT_FOLDER,
) -> Matrix:
    """Raises CampaignError. `rows` empty means all."""
    chosen = _choose(rows, folder)
    try:
        if out.exists():
            shutil.rmtree(out)
        out.mkdir(parents=True)
        record = Record((out / "evidence.jsonl", *([evidence] if evidence else [])))
        made = _judge(chosen, blind=blind, console=console, out=out, record=record)
        (out / "matrix.json").write_text(made.model_dump_json(indent=1) + "\n", encoding="utf-8")
        (out / "matrix.md").write_text(matrix.markdown(made), encoding="utf-8")
    except OSError as error:
        raise CampaignError(f"Nothing can be written to {out} ({error.strerror}): free some disk.") from error
    console.print(_table(made))
    console.print(f"{made.killed} of {len(made.defects)} killed; the clean system: {made.clean}. {out / 'matrix.md'}")
    return made


class Record:
    """Appends lines of evidence as they come, so that a campaign that is cut short leaves what it knew."""

    def __init__(self, targets: Sequence[Path]) -> None:
        self._targets = targets
        self._lock = threading.Lock()

    def add(self, *lines: Line) -> None:
        text = "".join(line.model_dump_json() + "\n" for line in lines)
        with self._lock:
            for target in self._targets:
                with target.open("a", encoding="utf-8") as file:
                    file.write(text)


def _choose(rows: frozenset[int], folder: Path) -> tuple[Planted, ...]:
    try:
        known = planted.load_all(folder)
    except planted.PlantedError as error:
        raise CampaignError(str(error)) from error
    strangers = rows - {defect.row for defect in known}
    chosen = tuple(defect for defect in known if not rows or defect.row in rows)
    if strangers or not chosen:
        named = ", ".join(str(defect.row) for defect in known) or "none"
        wanted = ", ".join(map(str, sorted(strangers))) or "any"
        raise CampaignError(f"No planted defect for row {wanted}; there are: {named}.")
    return chosen


def _judge(chosen: Sequence[Planted], *, blind: bool, console: Console, out: Path, record: Record) -> Matrix:
    record.add(matrix.clean_line("unknown", "It was not tried.", 0, blind=blind))
    record.add(*(matrix.defect_line(defect.row, "unknown", "It was not tried.", blind=blind) for defect in chosen))

    def clean() -> tuple[Outcome, str]:
        outcome, message, seconds = blind_campaign.clean(out) if blind else _clean_words(check_clean(chosen, out))
        record.add(matrix.clean_line(outcome, message, seconds, blind=blind))
        console.print(f"clean system: {outcome}. {message} ({seconds:.1f} s)", markup=False)
        return outcome, message

    def tried(defect: Planted) -> DefectRow:
        row = blind_campaign.against(defect, out) if blind else check_defect(defect, out)
        log = None if blind else out / f"{defect.name}.log"
        detail = f"{row.fate}: {row.symptom} {row.message}".strip()
        record.add(matrix.defect_line(row.row, matrix.OUTCOMES[row.fate], detail, row.total_s, log, blind=blind))
        console.print(f"{row.row:>4}  {row.fate:<9} {row.total_s:5.1f} s  {row.symptom[:80]}", markup=False)
        return row

    (outcome, message), defects = (
        # The quick proof has the machine to itself, and hears of Ctrl-C by itself.
        (clean(), tuple(map(tried, chosen))) if blind else _side_by_side(clean, tried, chosen)
    )
    at = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")  # noqa: TID251 - the moment of the run itself
    commit = environment.facts()["Commit"]
    return Matrix(commit=commit, at=at, blind=blind, clean=outcome, clean_message=message, defects=defects)


def _side_by_side(
    first: Callable[[], Begun], work: Callable[[Given], Made], given: Sequence[Given]
) -> tuple[Begun, tuple[Made, ...]]:
    """Ctrl-C reaches the main thread alone, so it is the main thread that tells the others to end their children."""
    interrupted.clear()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            begun, made = pool.submit(first), tuple(pool.map(work, given))
            return begun.result(), made
        except KeyboardInterrupt:
            interrupted.set()
            pool.shutdown(cancel_futures=True)
            raise


def check_clean(chosen: Sequence[Planted], out: Path) -> Attempt:
    checks = list(dict.fromkeys(defect.check for defect in chosen))
    limit_s = START_LIMIT_S + CHECK_LIMIT_S * len(checks)
    return attempt(checks, [], out / "clean.log", limit_s=limit_s)


def _clean_words(attempt: Attempt) -> tuple[Outcome, str, float]:
    """On the clean system a check that survives is right, and one that kills has cried wolf."""
    if attempt.fate == "survived":
        return "pass", "Every named check passed.", attempt.total_s
    return ("fail" if attempt.fate == "killed" else "unknown"), attempt.message, attempt.total_s


def check_defect(defect: Planted, out: Path) -> DefectRow:
    plant = ["-x", "--bench-defect", str(defect.path)]
    tried = attempt([defect.check], plant, out / f"{defect.name}.log", limit_s=START_LIMIT_S + CHECK_LIMIT_S)
    return DefectRow(
        row=defect.row,
        name=defect.name,
        symptom=defect.symptom,
        source=defect.source,
        check=defect.check,
        fate=tried.fate,
        seconds=round(tried.check_s, 2),
        total_s=round(tried.total_s, 2),
        message=tried.message,
    )


def attempt(checks: Sequence[str], extra: Sequence[str], log: Path, *, limit_s: float) -> Attempt:
    """The check's own limit covers its call alone; starting the system has a limit of its own."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "outcomes.jsonl"
        argv = [sys.executable, "-m", "pytest", *PLUGINS, "-p", "no:cacheprovider", *checks]
        argv += ["--outcomes", str(record), "--timeout", str(CHECK_LIMIT_S), "-o", "timeout_func_only=true", *extra]
        end = Child(argv, log, limit_s=limit_s, env=BARE).wait(interrupted)
        phases = outcomes.read(record)
    fate, message = outcomes.classify(phases, code=end.code, timed_out=end.timed_out)
    check_s = sum(phase.seconds for phase in phases if phase.when == "call")
    return Attempt(fate, message, check_s, end.seconds)


def _table(made: Matrix) -> Table:
    table = Table("row", "symptom", "check", "verdict", "seconds", title="Planted defects", title_justify="left")
    for defect in made.defects:
        check = ", ".join(defect.red_suites) or defect.check
        table.add_row(
            str(defect.row), defect.symptom, check, defect.fate, f"{defect.seconds:.1f}", style=STYLES[defect.fate]
        )
    return table
