"""From registry, evidence and answers to a verdict. Pure: reads no file, no clock, no environment.

The worst part decides, and *unknown* is worse than *pass*: what nobody looked at is not in order. A question to a
person decides only at a launch; until then it is listed as pending.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from readiness.answers import Answer
from readiness.evidence import Line
from readiness.registry import Criterion, Registry, Row

Verdict = Literal["fail", "unknown", "pending", "pass", "not_applicable"]
WORST_FIRST: tuple[Verdict, ...] = ("fail", "unknown", "pending", "pass", "not_applicable")


@dataclass(frozen=True, slots=True)
class CriterionVerdict:
    """One criterion with the checks that decided it, worst first."""

    criterion: Criterion
    verdict: Verdict
    why: str
    checks: tuple[Line, ...] = ()
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """One requirement; only those of its criteria that the scope asks about."""

    row: Row
    verdict: Verdict
    criteria: tuple[CriterionVerdict, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The whole. `unassigned` are failed checks that name no criterion: they stand in the way of GO all the same."""

    verdict: Verdict
    rows: tuple[RowVerdict, ...]
    unassigned: tuple[Line, ...] = ()
    unfinished: tuple[str, ...] = ()

    @property
    def go(self) -> bool:
        return self.verdict == "pass"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Of nothing at all, unknown."""
    return min(verdicts, key=WORST_FIRST.index, default="unknown")


def compose(verdicts: Sequence[Verdict], *, launch: bool) -> Verdict:
    """Worst first; outside a launch what waits for a person decides only where nothing else does."""
    deciding = [verdict for verdict in verdicts if verdict != "not_applicable"]
    if not launch:
        deciding = [verdict for verdict in deciding if verdict != "pending"] or deciding
    return worst(deciding or verdicts)


def judge(
    registry: Registry,
    lines: Sequence[Line],
    answers: Mapping[str, Answer],
    *,
    unfinished: Sequence[str] = (),
    scope: str | None = None,
    launch: bool = False,
) -> Judgement:
    """`scope` narrows the criteria that count; None judges them all. A scope that holds no criterion is unknown.

    `unfinished` names the suites that broke off: what they would have found is unknown, so the whole is.
    """
    rows = [_judge_row(row, lines, answers, scope=scope, launch=launch) for row in registry.rows]
    asked = tuple(row for row in rows if row.criteria)
    unassigned = tuple(line for line in lines if line.outcome == "fail" and not line.proves)
    parts: list[Verdict] = [criterion.verdict for row in asked for criterion in row.criteria]
    parts += [line.outcome for line in unassigned]
    parts += ["unknown" for _ in unfinished]
    return Judgement(compose(parts, launch=launch), asked, unassigned, tuple(unfinished))


def _judge_row(
    row: Row, lines: Sequence[Line], answers: Mapping[str, Answer], *, scope: str | None, launch: bool
) -> RowVerdict:
    criteria = tuple(
        judge_criterion(criterion, lines, answers)
        for criterion in row.criteria
        if scope is None or scope in criterion.scope
    )
    return RowVerdict(row, compose([part.verdict for part in criteria], launch=launch), criteria)


def judge_criterion(criterion: Criterion, lines: Sequence[Line], answers: Mapping[str, Answer]) -> CriterionVerdict:
    if criterion.kind == "not_applicable":
        return CriterionVerdict(criterion, "not_applicable", criterion.reason or "")
    if criterion.kind == "person":
        return _judge_answer(criterion, answers.get(criterion.id))
    return _judge_checks(criterion, [line for line in lines if criterion.id in line.proves])


def _judge_answer(criterion: Criterion, answer: Answer | None) -> CriterionVerdict:
    if answer is None:
        return CriterionVerdict(criterion, "pending", "Nobody has answered yet.")
    verdict: Verdict = "pass" if answer.answer == "yes" else "fail"
    why = f"{answer.name} answered {answer.answer} on {answer.date.isoformat()}."
    return CriterionVerdict(criterion, verdict, f"{why} {answer.note}".strip(), answer=answer)


def _judge_checks(criterion: Criterion, checks: list[Line]) -> CriterionVerdict:
    ordered = tuple(sorted(checks, key=lambda line: (WORST_FIRST.index(line.outcome), line.suite, line.check)))
    missing = sorted(set(criterion.needs) - {line.check for line in checks})
    gaps: list[Verdict] = ["unknown"] if missing else []
    verdict = worst([*(line.outcome for line in checks), *gaps])
    return CriterionVerdict(criterion, verdict, _why(verdict, ordered, missing), ordered)


def _why(verdict: Verdict, checks: Sequence[Line], missing: Sequence[str]) -> str:
    if not checks and not missing:
        return "No check proves this yet."
    deciding = [line for line in checks if line.outcome == verdict]
    if verdict == "pass":
        return f"{len(checks)} {'check' if len(checks) == 1 else 'checks'} passed."
    if verdict == "fail":
        return f"{len(deciding)} of {len(checks)} checks failed."
    parts = [f"{len(deciding)} of {len(checks)} checks could not be decided."] if deciding else []
    parts += [f"No evidence of {', '.join(missing)}."] if missing else []
    return " ".join(parts)
