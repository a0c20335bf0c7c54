"""The guide's table: every invariant of the money has a planted defect that breaks it, or says why not yet."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from load.checkers.invariants import NAMES, NOT_APPLICABLE
from readiness import planted

GUIDE: Final = Path(__file__).parents[2] / "docs" / "guides" / "planted-defects.md"
_LINE: Final = re.compile(r"^\| ((?:M|I-)\d+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
_ROWS: Final = re.compile(r"\d+(?:, \d+)*")


@pytest.fixture(scope="module")
def told() -> Mapping[str, str]:
    found = _LINE.findall(GUIDE.read_text(encoding="utf-8"))
    assert len(found) == len(dict(found)), "an invariant is told twice"
    return dict(found)


@pytest.fixture(scope="module")
def rows(told: Mapping[str, str]) -> Mapping[str, set[int]]:
    """The planted rows of each invariant that has some."""
    return {name: set(map(int, text.split(", "))) for name, text in told.items() if _ROWS.fullmatch(text)}


def test_every_invariant_is_told_of_in_order(told: Mapping[str, str]) -> None:
    assert tuple(told) == NAMES


def test_the_table_names_only_defects_that_are_there(rows: Mapping[str, set[int]]) -> None:
    known = {defect.row for defect in planted.load_all()}
    assert {name: named - known for name, named in rows.items() if named - known} == {}


def test_what_cannot_be_planted_yet_is_what_no_run_can_show_and_for_the_same_reason(
    told: Mapping[str, str], rows: Mapping[str, set[int]]
) -> None:
    unplanted = {name: text for name, text in told.items() if name not in rows}
    assert unplanted == NOT_APPLICABLE


def test_a_defect_that_an_invariant_has_to_itself_is_told_of_there(rows: Mapping[str, set[int]]) -> None:
    own = {defect.row: defect for defect in planted.load_all() if defect.row >= 200}
    names = {row: f"M{row - 200}" if row < 300 else f"I-{row - 300}" for row in own}

    assert {row: name for row, name in names.items() if row not in rows.get(name, set())} == {}
    assert [each.name for row, each in own.items() if not each.symptom.startswith(f"{names[row]}: ")] == []
