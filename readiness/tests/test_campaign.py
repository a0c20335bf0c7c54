"""The campaign tells a kill from an accident, and never counts a broken system as a found defect."""

from pathlib import Path

import pytest
from rich.console import Console

from readiness import blind, campaign, evidence, matrix, outcomes, planted
from readiness.campaign import CampaignError
from readiness.matrix import Matrix
from readiness.outcomes import Phase
from readiness.planted import Planted, PlantedError

DEFECT = '''"""Credits twice what was delivered twice."""

ROW = 1
SOURCE = "a peer's issue 688"
CHECK = "contract/test_webhooks.py::test_once"


def apply() -> None:
    raise AssertionError("never imported by the campaign")
'''


def phase(when: str, outcome: str = "passed", *, asserted: bool = False) -> Phase:
    return Phase(test="t::t", when=when, outcome=outcome, asserted=asserted, seconds=0.1, message="2 != 1")


GREEN = [phase("setup"), phase("call"), phase("teardown")]
RED = [phase("setup"), phase("call", "failed", asserted=True), phase("teardown")]


@pytest.mark.parametrize(
    ("phases", "code", "timed_out", "fate"),
    [
        (RED, 1, False, "killed"),
        ([*RED, phase("teardown", "failed")], 1, False, "killed"),
        (GREEN, 0, False, "survived"),
        ([phase("setup", "failed", asserted=True)], 1, False, "unknown"),
        ([phase("setup"), phase("call", "failed"), phase("teardown")], 1, False, "unknown"),
        ([*GREEN[:2], phase("teardown", "failed")], 1, False, "unknown"),
        ([phase("setup"), phase("call", "skipped")], 0, False, "unknown"),
        ([*RED, phase("setup", "failed")], 1, False, "unknown"),
        (RED, 1, True, "unknown"),
        (RED, -9, False, "unknown"),
        ([], 2, False, "unknown"),
        ([], 5, False, "unknown"),
        (GREEN, 1, False, "unknown"),
    ],
)
def test_only_an_assertion_in_the_call_is_a_kill(phases: list[Phase], code: int, timed_out: bool, fate: str) -> None:  # noqa: FBT001 - a column of the table
    assert outcomes.classify(phases, code=code, timed_out=timed_out)[0] == fate


def test_a_timeout_borrowing_pytest_fail_is_no_assertion() -> None:
    assert outcomes.is_assertion(AssertionError("2 != 1"))
    assert outcomes.is_assertion(ExceptionGroup("two", [AssertionError(), AssertionError()]))
    assert outcomes.is_assertion(pytest.fail.Exception("DID NOT RAISE ValueError"))
    assert not outcomes.is_assertion(pytest.fail.Exception("Timeout (>10.0s) from pytest-timeout."))
    assert not outcomes.is_assertion(ExceptionGroup("two", [AssertionError(), ConnectionError()]))
    assert not outcomes.is_assertion(ConnectionError())


def test_a_record_cut_off_by_a_crash_keeps_its_whole_lines(tmp_path: Path) -> None:
    record = tmp_path / "outcomes.jsonl"
    record.write_text(phase("setup").model_dump_json() + '\n{"test": "t', encoding="utf-8")
    assert outcomes.read(record) == [phase("setup")]


def plant(folder: Path, name: str = "d001_twice", text: str = DEFECT) -> Path:
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_defect_is_read_without_being_imported(tmp_path: Path) -> None:
    path = plant(tmp_path)
    symptom = "Credits twice what was delivered twice."
    expected = Planted(path, 1, symptom, "a peer's issue 688", "contract/test_webhooks.py::test_once")
    assert planted.load_all(tmp_path) == (expected,)


def test_all_faults_of_all_defect_files_are_listed_at_once(tmp_path: Path) -> None:
    plant(tmp_path, "d001_twice")
    plant(tmp_path, "d002_same_row")
    plant(tmp_path, "d003_empty", "")
    plant(tmp_path, "d004_syntax", "def apply(:")
    plant(tmp_path, "d005_check", DEFECT.replace("::test_once", "").replace("ROW = 1", 'ROW = "1"'))
    with pytest.raises(PlantedError) as refused:
        planted.load_all(tmp_path)
    told = str(refused.value)
    for expected in (
        "row 1 is planted twice",
        "d003_empty.py: the docstring",
        "d003_empty.py: there is no function apply()",
        "d004_syntax.py line 1",
        "d005_check.py: ROW must be",
        "d005_check.py: CHECK must be",
    ):
        assert expected in told


def test_a_row_without_a_defect_is_refused_by_name(tmp_path: Path) -> None:
    plant(tmp_path)
    with pytest.raises(CampaignError, match="No planted defect for row 9; there are: 1"):
        campaign.run(frozenset({9}), blind=False, evidence=None, console=Console(quiet=True), folder=tmp_path)


SYSTEM = """
import pytest

def pytest_addoption(parser):
    parser.addoption("--bench-defect", default=None)

@pytest.fixture
def credit(request):
    defect = request.config.getoption("--bench-defect")
    if defect and "cannot_start" in defect:
        raise RuntimeError("the system did not start")
    return 2 if defect and "twice" in defect else 1
"""
CHECKS = """
def test_once(credit):
    assert credit == 1
"""


@pytest.fixture
def campaign_of_three(tmp_path: Path) -> Matrix:
    """One defect that is found, one that is not, and one that breaks the system instead."""
    (tmp_path / "conftest.py").write_text(SYSTEM, encoding="utf-8")
    (tmp_path / "test_credit.py").write_text(CHECKS, encoding="utf-8")
    text = DEFECT.replace("contract/test_webhooks.py::test_once", f"{tmp_path}/test_credit.py::test_once")
    for row, name in enumerate(("twice", "harmless", "cannot_start"), start=1):
        plant(tmp_path, f"d00{row}_{name}", text.replace("ROW = 1", f"ROW = {row}"))
    out, copy = tmp_path / "reports", tmp_path / "evidence.jsonl"
    quiet = Console(quiet=True)
    return campaign.run(frozenset(), blind=False, evidence=copy, console=quiet, folder=tmp_path, out=out)


def test_a_campaign_is_recorded_for_people_and_for_the_verdict(campaign_of_three: Matrix, tmp_path: Path) -> None:
    found = campaign_of_three
    assert (found.clean, found.clean_message) == ("pass", "Every named check passed.")
    assert [(defect.row, defect.fate) for defect in found.defects] == [(1, "killed"), (2, "survived"), (3, "unknown")]
    assert not found.sound
    assert matrix.load(tmp_path / "reports" / "matrix.json") == found
    assert "| 1 | Credits twice what was delivered twice. |" in (tmp_path / "reports" / "matrix.md").read_text()
    lines = evidence.read(tmp_path / "evidence.jsonl").lines
    assert {part.check: part.outcome for part in lines} == {
        "defects/clean": "pass",
        "defects/1": "pass",
        "defects/2": "fail",
        "defects/3": "unknown",
    }
    assert {part.proves for part in lines} == {("C6.1",), ("C6.2",), ("C6.5",)}


@pytest.mark.parametrize(
    ("red", "broken", "fate"),
    [(["contract"], [], "killed"), ([], ["e2e"], "unknown"), ([], [], "survived"), (["contract"], ["e2e"], "killed")],
)
def test_blind_a_broken_suite_has_found_nothing(red: list[str], broken: list[str], fate: str) -> None:
    assert blind.judge(red, broken)[0] == fate


def test_no_record_or_an_old_one_is_no_matrix(tmp_path: Path) -> None:
    assert matrix.load(tmp_path / "matrix.json") is None
    (tmp_path / "matrix.json").write_text('{"rows": []}', encoding="utf-8")
    assert matrix.load(tmp_path / "matrix.json") is None
