from pathlib import Path

from load.checkers.invariants import ASKED, NAMES, table
from load.findings import Finding
from load.judge import judge
from load.tests import made_run


def outcomes(*findings: Finding) -> dict[str, str]:
    return {row["invariant"]: row["outcome"] for row in table(findings)}


def test_a_healthy_run_tells_every_invariant_and_which_nobody_asked(tmp_path: Path) -> None:
    rows = judge(made_run.make(tmp_path / "run"))["invariants"]
    assert [row["invariant"] for row in rows] == list(NAMES)
    assert {row["invariant"] for row in rows if row["outcome"] == "pass"} == set(ASKED), rows
    assert {row["outcome"] for row in rows} == {"pass", "unasked"}, rows


def test_one_failed_check_fails_its_invariants_alone() -> None:
    checks = {check for asked in ASKED.values() for check in asked}
    wrong = "refunds stay within the payment"
    told = outcomes(*(Finding(f"money: {each}", "money", "fail" if each == wrong else "pass", "") for each in checks))
    assert {name for name, outcome in told.items() if outcome == "fail"} == {"M15", "I-4"}


def test_a_check_that_left_no_finding_is_unknown() -> None:
    told = outcomes()
    assert {name for name, outcome in told.items() if outcome == "unknown"} == set(ASKED)
    assert "pass" not in told.values()
