"""The shape of verdict.json, from which every other form of the report is made. Its schema is published beside it."""

import datetime as dt
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from readiness.books import Books
from readiness.evidence import Outcome
from readiness.matrix import Matrix
from readiness.registry import Kind
from readiness.schedule import State
from readiness.verdict import Verdict

SCHEMA_PATH = Path(__file__).with_name("verdict.schema.json")


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LinkPart(Part):
    """`href` is relative to the report's folder; null says that the file was promised and is not there."""

    label: str
    href: str | None


class CheckPart(Part):
    check: str
    suite: str
    outcome: Outcome
    seconds: float
    detail: str
    links: tuple[LinkPart, ...] = ()


class AnswerPart(Part):
    name: str
    date: dt.date
    answer: Literal["yes", "no"]
    note: str


class CriterionPart(Part):
    id: str
    text: str
    kind: Kind
    scope: tuple[str, ...]
    verdict: Verdict
    why: str
    checks: tuple[CheckPart, ...] = ()
    answer: AnswerPart | None = None


class RowPart(Part):
    id: str
    group: str
    title: str
    verdict: Verdict
    criteria: tuple[CriterionPart, ...]


class SuitePart(Part):
    name: str
    title: str
    state: State
    exit_code: int | None
    seconds: float
    passed: int
    failed: int
    unknown: int
    problem: str
    links: tuple[LinkPart, ...] = ()


class Document(Part):
    """One judgement. `tallies` counts criteria by verdict; `state` says whether the run came to its end."""

    format: Literal["assay-verdict/1"] = "assay-verdict/1"
    decision: Literal["GO", "NO-GO"]
    verdict: Verdict
    sentence: str
    state: Literal["complete", "interrupted", "harness_failure"]
    scope: str | None
    launch: bool
    quick: bool
    began_at: dt.datetime
    seconds: float
    tallies: dict[Verdict, int]
    checks: int
    rows: tuple[RowPart, ...]
    unassigned: tuple[CheckPart, ...]
    suites: tuple[SuitePart, ...]
    money: tuple[Books, ...]
    defects: Matrix | None
    environment: dict[str, str]
    reproduce: tuple[str, ...] = Field(description="Commands that repeat this judgement.")


def load(path: Path) -> Document:
    return Document.model_validate_json(path.read_text(encoding="utf-8"))


def schema() -> str:
    """What verdict.schema.json must hold."""
    described = Document.model_json_schema(mode="serialization")
    described["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(described, indent=2, sort_keys=True) + "\n"
