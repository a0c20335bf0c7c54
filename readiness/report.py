"""Writes a judgement for people: index.html (one file, no script), go-no-go.md to sign, and verdict.json.

`python -m readiness render --out reports/prove` writes it again from verdict.json without running anything, and
`python -m readiness.picture reports/prove docs/images/report.png` makes the picture for the documentation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from readiness.books import in_words
from readiness.document import CriterionPart, Document, RowPart
from readiness.gallery import Picture, pictures
from readiness.verdict import WORST_FIRST, Verdict, compose

TEMPLATES = Path(__file__).with_name("templates")
FILES = ("index.html", "go-no-go.md", "verdict.json", "junit.xml")
WORDS: dict[str, str] = {
    "pass": "proven",
    "fail": "failed",
    "unknown": "unknown",
    "pending": "waits for a person",
    "not_applicable": "not applicable",
}
CHECK_WORDS: dict[str, str] = {"pass": "passed", "fail": "failed", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one group, in order."""

    name: str
    rows: tuple[RowPart, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """The criteria of one scope, counted by verdict."""

    name: str
    verdict: Verdict
    tallies: dict[Verdict, int]

    @property
    def asked(self) -> int:
        """How many a run decides."""
        return sum(self.tallies[verdict] for verdict in ("pass", "fail", "unknown"))


def write(document: Document, out: Path) -> None:
    """Raises OSError."""
    (out / "verdict.json").write_text(document.model_dump_json(indent=1) + "\n", encoding="utf-8")
    (out / "index.html").write_text(render("report.html.j2", document, pictures(document, out)), encoding="utf-8")
    (out / "go-no-go.md").write_text(render("go-no-go.md.j2", document), encoding="utf-8")


def render(template: str, document: Document, gallery: Sequence[Picture] = ()) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=template.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"money": in_words, "duration": duration, "cell": cell}
    return environment.get_template(template).render(
        document=document,
        sections=sections(document),
        areas=areas(document),
        words=WORDS,
        check_words=CHECK_WORDS,
        gallery=gallery,
        failed=with_verdict(document, "fail"),
        unproven=with_verdict(document, "unknown"),
        pending=with_verdict(document, "pending"),
    )


def sections(document: Document) -> tuple[Section, ...]:
    groups: Iterable[tuple[str, Iterable[RowPart]]] = groupby(document.rows, key=lambda row: row.group)
    return tuple(Section(name, tuple(rows)) for name, rows in groups)


def areas(document: Document) -> list[Area]:
    """Scopes of the whole product, the most proven first; a document of one scope needs no such table."""
    if document.scope is not None:
        return []
    criteria = [part for row in document.rows for part in row.criteria]
    found = []
    for name in sorted({scope for part in criteria for scope in part.scope}):
        verdicts = [part.verdict for part in criteria if name in part.scope]
        tallies = {verdict: verdicts.count(verdict) for verdict in WORST_FIRST}
        found.append(Area(name, compose(verdicts, launch=document.launch), tallies))
    return sorted(found, key=lambda area: -area.tallies["pass"] / max(area.asked, 1))


def with_verdict(document: Document, verdict: Verdict) -> tuple[tuple[RowPart, tuple[CriterionPart, ...]], ...]:
    """Rows that have such criteria, each with these alone."""
    found = ((row, tuple(part for part in row.criteria if part.verdict == verdict)) for row in document.rows)
    return tuple((row, parts) for row, parts in found if parts)


def duration(seconds: float) -> str:
    """Seconds in the words of a clock: 0.42 s, 12.3 s, 5 min 7 s."""
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 60:  # noqa: PLR2004 - seconds of a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def cell(text: str) -> str:
    """Text that a Markdown table can hold."""
    return " ".join(text.split()).replace("|", "\\|")
