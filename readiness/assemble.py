"""Builds the document of a run from its judgement: pure but for copying what is linked."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from readiness import attachments, books
from readiness.document import AnswerPart, CheckPart, CriterionPart, Document, LinkPart, RowPart, SuitePart
from readiness.evidence import Line
from readiness.matrix import Matrix
from readiness.schedule import Run
from readiness.verdict import WORST_FIRST, CriterionVerdict, Judgement, Verdict

RunState = Literal["complete", "interrupted", "harness_failure"]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known about a run besides its evidence. `seconds` is wall clock of the whole."""

    scope: str | None
    launch: bool
    quick: bool
    state: RunState
    began_at: dt.datetime
    seconds: float
    environment: dict[str, str]
    reproduce: tuple[str, ...]


def assemble(
    judgement: Judgement, runs: Sequence[Run], defects: Matrix | None, around: Circumstances, out: Path
) -> Document:
    """Copies linked files into `out`. Raises OSError when that fails."""
    checks = _gather(runs, out)
    rows = tuple(
        RowPart(
            id=row.row.id,
            group=row.row.group,
            title=row.row.title,
            verdict=row.verdict,
            criteria=tuple(_criterion(part, checks) for part in row.criteria),
        )
        for row in judgement.rows
    )
    tallies = _tallies(judgement)
    return Document(
        decision="GO" if judgement.go and around.state == "complete" else "NO-GO",
        verdict=judgement.verdict,
        sentence=sentence(judgement, tallies, around),
        state=around.state,
        scope=around.scope,
        launch=around.launch,
        quick=around.quick,
        began_at=around.began_at,
        seconds=around.seconds,
        tallies=tallies,
        checks=sum(len(run.lines) for run in runs),
        rows=rows,
        unassigned=tuple(checks[_key(line)] for line in judgement.unassigned),
        suites=tuple(_suite(run, out) for run in runs),
        money=tuple(books.tabulate(line for run in runs for line in run.lines)),
        defects=defects,
        environment=around.environment,
        reproduce=around.reproduce,
    )


def sentence(judgement: Judgement, tallies: dict[Verdict, int], around: Circumstances) -> str:
    """Why, in one sentence."""
    if around.state == "interrupted":
        return "The run was interrupted, and what was not looked at is not in order."
    if around.state == "harness_failure":
        return "No suite left any evidence, so nothing could be judged."
    decided = tallies["pass"] + tallies["fail"] + tallies["unknown"]
    if judgement.go:
        return f"All {decided} criteria {_about(around)} are proven{_waiting(tallies)}."
    reasons = [
        _count(tallies["fail"], "failed", "failed"),
        _count(tallies["unknown"], "has no proof yet", "have no proof yet"),
        _count(len(judgement.unassigned), "check outside the criteria failed", "checks outside the criteria failed"),
        f"{_listed(judgement.unfinished)} did not finish" if judgement.unfinished else "",
        _count(tallies["pending"], "waits for a person", "wait for a person") if around.launch else "",
    ]
    told = [reason for reason in reasons if reason] or ["nothing was asked that a run can decide"]
    proven = _count(tallies["pass"], "is proven", "are proven") or "none is proven"
    return f"Of {sum(tallies.values())} criteria {_about(around)}, {proven}; {_listed(told)}."


def _about(around: Circumstances) -> str:
    return f"of {around.scope}" if around.scope else "of the whole product"


def _waiting(tallies: dict[Verdict, int]) -> str:
    return (
        f"; {_count(tallies['pending'], 'question waits', 'questions wait')} for a person" if tallies["pending"] else ""
    )


def _listed(parts: Sequence[str]) -> str:
    """A, b and c."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""


def _tallies(judgement: Judgement) -> dict[Verdict, int]:
    counts = Counter(part.verdict for row in judgement.rows for part in row.criteria)
    return {verdict: counts[verdict] for verdict in WORST_FIRST}


def _key(line: Line) -> tuple[str, str]:
    return line.suite, line.check


def _gather(runs: Sequence[Run], out: Path) -> dict[tuple[str, str], CheckPart]:
    gathered = (attachments.gather(run.lines, run.folder, out) for run in runs)
    return {(part.suite, part.check): part for parts in gathered for part in parts}


def _criterion(part: CriterionVerdict, checks: dict[tuple[str, str], CheckPart]) -> CriterionPart:
    answer = part.answer
    return CriterionPart(
        id=part.criterion.id,
        text=part.criterion.text,
        kind=part.criterion.kind,
        scope=part.criterion.scope,
        verdict=part.verdict,
        why=part.why,
        checks=tuple(checks[_key(line)] for line in part.checks),
        answer=answer and AnswerPart(name=answer.name, date=answer.date, answer=answer.answer, note=answer.note),
    )


def _suite(run: Run, out: Path) -> SuitePart:
    files = (("output", "output.log"), ("evidence", "evidence.jsonl"), ("JUnit", "junit.xml"))
    links: list[LinkPart | None] = [attachments.link_to(label, run.folder / name, out) for label, name in files]
    return SuitePart(
        name=run.suite.name,
        title=run.suite.title,
        state=run.state,
        exit_code=run.code,
        seconds=round(run.seconds, 2),
        passed=run.count("pass"),
        failed=run.count("fail"),
        unknown=run.count("unknown"),
        problem=run.problem,
        links=tuple(link for link in links if link is not None),
    )
