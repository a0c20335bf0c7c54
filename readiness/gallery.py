"""The last screen of each browser journey inside the page itself: few and small, so that the page can be sent."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from readiness.document import CheckPart, Document
from readiness.evidence import Outcome

PICTURES_MAX = 9
BYTES_EACH_MAX = 120_000
BYTES_ALL_MAX = 360_000


@dataclass(frozen=True, slots=True)
class Picture:
    """`source` is a data: address, `href` the picture's file in the report's folder."""

    title: str
    outcome: Outcome
    source: str
    href: str


def pictures(document: Document, out: Path) -> list[Picture]:
    """One for each check that links to a screenshot, in the order of the checks' names, while there is room."""
    found: list[Picture] = []
    room = BYTES_ALL_MAX
    for check, href in _screenshots(document):
        path = out / href
        size = path.stat().st_size if path.is_file() else 0
        if 0 < size <= min(BYTES_EACH_MAX, room) and len(found) < PICTURES_MAX:
            room -= size
            data = base64.b64encode(path.read_bytes()).decode("ascii")
            found.append(Picture(title(check.check), check.outcome, f"data:image/png;base64,{data}", href))
    return found


def title(check: str) -> str:
    """journeys/test_a.py::test_student_pays[chromium] -> Student pays."""
    name = check.rpartition("::")[2].partition("[")[0]
    words = name.removeprefix("test_").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _screenshots(document: Document) -> Iterator[tuple[CheckPart, str]]:
    parts = (check for row in document.rows for criterion in row.criteria for check in criterion.checks)
    for check in sorted({part.check: part for part in parts}.values(), key=lambda part: part.check):
        href = next((link.href for link in check.links if link.href and link.href.endswith(".png")), None)
        if href is not None and not href.startswith("http"):
            yield check, href
