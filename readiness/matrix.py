"""The matrix of planted defects: which check was to find which defect, and whether it did."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from readiness import registry
from readiness.evidence import Line, Link, Outcome
from readiness.registry import DEFECT, Registry

Fate = Literal["killed", "survived", "unknown"]
DEFAULT_FOLDER = Path("reports/defects")
OUTCOMES: dict[Fate, Outcome] = {"killed": "pass", "survived": "fail", "unknown": "unknown"}


class DefectRow(BaseModel):
    """One planted defect. `seconds` is the check's own time, `total_s` with the start of its system."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: int
    name: str
    symptom: str
    source: str
    check: str
    fate: Fate
    seconds: float
    total_s: float
    message: str
    red_suites: tuple[str, ...] = ()


class Matrix(BaseModel):
    """`clean` tells whether every named check passed on the system without a defect."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commit: str
    at: str
    blind: bool
    clean: Outcome
    clean_message: str
    defects: tuple[DefectRow, ...]

    @property
    def killed(self) -> int:
        return sum(defect.fate == "killed" for defect in self.defects)

    @property
    def sound(self) -> bool:
        return self.clean == "pass" and bool(self.defects) and self.killed == len(self.defects)


def load(path: Path) -> Matrix | None:
    """None when there is no record, or one that an earlier release wrote in another shape."""
    try:
        return Matrix.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        return None


def clean_line(outcome: Outcome, message: str, seconds: float, *, blind: bool) -> Line:
    """Evidence about the system as it is: C6.1 for the named checks, part of C6.3 for a blind campaign."""
    check, criterion = ("defects/blind/clean", "C6.3") if blind else ("defects/clean", "C6.1")
    return Line(check=check, suite="defects", proves=(criterion,), outcome=outcome, seconds=seconds, detail=message)


def defect_line(
    row: int, outcome: Outcome, detail: str, seconds: float = 0, log: Path | None = None, *, blind: bool
) -> Line:
    """Evidence about one planted defect: for the criteria that need it found, or part of C6.3 for a blind campaign."""
    check = f"{DEFECT}{row}"
    return Line(
        check=f"{DEFECT}blind/{row}" if blind else check,
        suite="defects",
        proves=("C6.3",) if blind else _requirements().needing(check),
        outcome=outcome,
        seconds=seconds,
        detail=detail,
        links=(Link(label="output", href=str(log)),) if log is not None else (),
    )


@cache
def _requirements() -> Registry:
    return registry.load()


def markdown(matrix: Matrix) -> str:
    """The table as it is read in a repository or a pull request."""
    head = [
        "# Planted defects",
        "",
        f"{matrix.killed} of {len(matrix.defects)} killed.",
        f"Clean system: {matrix.clean}. {matrix.clean_message}".strip(),
        f"Commit {matrix.commit}, {matrix.at}.",
        "",
        "| row | symptom | check | fate | seconds | with start |",
        "|---:|---|---|---|---:|---:|",
    ]
    return "\n".join([*head, *_table(matrix.defects)]) + "\n"


def _table(defects: Sequence[DefectRow]) -> list[str]:
    return [
        f"| {defect.row} | {_cell(defect.symptom)} | `{_cell(', '.join(defect.red_suites) or defect.check)}` "
        f"| {defect.fate} | {defect.seconds:.1f} | {defect.total_s:.1f} |"
        for defect in defects
    ]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
