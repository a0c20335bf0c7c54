from pathlib import Path

import pytest

from load.checkers import faults, heirs
from load.checkers.every import CHECKERS, findings
from load.checkers.invariants import ASKED, NAMES, NOT_APPLICABLE, UNASKED, table
from load.findings import Finding, Outcome
from load.judge import judge
from load.tests import made_run

TRANSIT = "transit accounts are empty"


def outcomes(*findings: Finding) -> dict[str, str]:
    return {row["invariant"]: row["outcome"] for row in table(findings)}


def test_a_healthy_run_tells_every_invariant_and_why_nobody_asked(tmp_path: Path) -> None:
    rows = judge(made_run.make(tmp_path / "run"))["invariants"]
    assert [row["invariant"] for row in rows] == list(NAMES)
    told = {outcome: {row["invariant"] for row in rows if row["outcome"] == outcome} for outcome in OUTCOMES}
    assert told == {
        "pass": set(ASKED) - {"M4", "M20", "M21"},
        "unasked": {*UNASKED, "M4"},
        "not applicable": set(NOT_APPLICABLE),
    }
    assert [row["invariant"] for row in rows if (row["outcome"] == "pass") == bool(row["reason"])] == []
    assert TRANSIT in next(row["reason"] for row in rows if row["invariant"] == "M4")


OUTCOMES = ("pass", "unasked", "not applicable")


def test_every_invariant_is_asked_or_there_is_a_reason() -> None:
    assert {*ASKED, *NOT_APPLICABLE, *UNASKED} == set(NAMES)
    assert NOT_APPLICABLE.keys().isdisjoint({*ASKED, *UNASKED})


def test_every_check_that_an_invariant_names_is_one_of_a_run() -> None:
    titles = {each.check.removeprefix("money: ") for each in findings(made_run.seen())}
    titles |= {each.name for each in CHECKERS} | {faults.CLEAN, faults.RECOVERED, heirs.HELD, heirs.BALANCED}
    assert {check for asked in ASKED.values() for check in asked} <= titles


def test_one_failed_check_fails_its_invariants_alone() -> None:
    checks = {check for asked in ASKED.values() for check in asked}
    wrong = "refunds stay within the payment"
    told = outcomes(*(Finding(f"money: {each}", "money", "fail" if each == wrong else "pass", "") for each in checks))
    assert {name for name, outcome in told.items() if outcome == "fail"} == {"M15", "I-4"}


@pytest.mark.parametrize("outcome", ["pass", "fail"])
def test_the_recovery_is_asked_of_a_run_with_faults(outcome: Outcome) -> None:
    assert outcomes(Finding(faults.RECOVERED, "faults", outcome, ""))["M20"] == outcome


def test_a_check_that_left_no_finding_is_unknown() -> None:
    told = outcomes()
    assert {name for name, outcome in told.items() if outcome == "unknown"} == set(ASKED) - {"M20", "M21"}
    assert "pass" not in told.values()
