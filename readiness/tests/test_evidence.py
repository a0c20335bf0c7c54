"""Evidence that cannot be read is refused by line and field; what a broken suite passed does not count."""

import json
from pathlib import Path

import pytest

from readiness import evidence
from readiness.tests.made_up import line

GOOD = json.dumps({"check": "a::b", "suite": "contract", "proves": ["A2.1"], "outcome": "pass", "seconds": 0.1})


def test_a_good_line_is_read_whole() -> None:
    read = evidence.parse(GOOD, source="evidence.jsonl")
    assert read.faults == ()
    assert [(part.check, part.proves, part.outcome) for part in read.lines] == [("a::b", ("A2.1",), "pass")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"outcome": "passed"}, "outcome"),
        ({"proves": "A2.1"}, "proves"),
        ({"proves": ["a2"]}, "proves.0"),
        ({"seconds": -1}, "seconds"),
        ({"seconds": "soon"}, "seconds"),
        ({"check": ""}, "check"),
        ({"links": [{"label": "x"}]}, "links.0.href"),
        ({"verdict": "pass"}, "verdict"),
    ],
)
def test_a_bad_line_is_refused_by_number_and_field(change: dict[str, object], field: str) -> None:
    read = evidence.parse(GOOD + "\n" + json.dumps(json.loads(GOOD) | change), source="evidence.jsonl")
    assert len(read.lines) == 1
    assert f"evidence.jsonl line 2, field {field}: " in read.faults[0]


@pytest.mark.parametrize("field", ["check", "suite", "outcome"])
def test_a_missing_field_is_named(field: str) -> None:
    raw = json.loads(GOOD)
    del raw[field]
    assert f"line 1, field {field}: " in evidence.parse(json.dumps(raw), source="e").faults[0]


def test_a_line_cut_off_by_a_crash_is_a_fault_and_keeps_the_others() -> None:
    read = evidence.parse(GOOD + "\n" + GOOD[:30], source="e")
    assert len(read.lines) == 1
    assert "e line 2, the line as a whole" in read.faults[0]


def test_infinite_seconds_are_refused() -> None:
    assert evidence.parse(GOOD.replace("0.1", "1e999"), source="e").faults


def test_the_last_line_of_a_check_counts() -> None:
    planned = GOOD.replace('"pass"', '"unknown"')
    assert [part.outcome for part in evidence.parse(f"{planned}\n{GOOD}", source="e").lines] == ["pass"]
    assert [part.outcome for part in evidence.parse(f"{GOOD}\n{planned}", source="e").lines] == ["unknown"]


def test_a_file_that_is_not_there_is_no_evidence(tmp_path: Path) -> None:
    assert evidence.read(tmp_path / "evidence.jsonl") == evidence.Evidence(())


@pytest.mark.proves("C7.1")
def test_distrust_takes_back_what_passed_and_keeps_what_failed() -> None:
    kept = evidence.distrust([line("a"), line("b", outcome="fail", detail="2 != 1")], "It broke.")
    assert [(part.outcome, part.detail) for part in kept] == [("unknown", "It broke."), ("fail", "2 != 1")]
