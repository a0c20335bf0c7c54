"""Coverage is held to its limits by slice: a full one lends nothing to its neighbour, and silence is no figure."""

from typing import Any

import pytest

from readiness import coverage
from readiness.coverage import CoverageError

PROMISED = {"whole": 85, "slices": {"ledger": 90, "payments": 90}}


def report(**taken: int) -> dict[str, Any]:
    """A report of files with ten branches each, of which so many are taken."""
    files = {name.replace("__", "/") + ".py": branches for name, branches in taken.items()}
    return {
        "files": {
            name: {
                "summary": {
                    "num_branches": 10,
                    "covered_branches": branches,
                    "num_statements": 4,
                    "covered_lines": 3,
                }
            }
            for name, branches in files.items()
        }
    }


def short(parts: tuple[coverage.Part, ...]) -> list[str]:
    return [part.name for part in parts if part.is_short]


def test_each_slice_is_held_to_its_own_limit() -> None:
    parts = coverage.read(
        report(system__ledger__posting=10, system__payments__refunds=8, system__payments__sweep=9, system__app=10),
        PROMISED,
    )
    assert short(parts) == ["payments"]
    assert {part.name: (part.branches, part.percent) for part in parts} == {
        "the whole": (40, 92.5),
        "ledger": (10, 100.0),
        "payments": (20, 85.0),
    }


def test_the_whole_has_a_limit_though_every_slice_keeps_its_own() -> None:
    parts = coverage.read(
        report(system__ledger__posting=9, system__payments__refunds=9, system__web__pages=0), PROMISED
    )
    assert short(parts) == ["the whole"]


def test_the_systems_own_tests_are_no_part_of_it() -> None:
    parts = coverage.read(
        report(system__ledger__posting=9, system__payments__refunds=9, system__tests__test_money=0), PROMISED
    )
    assert short(parts) == []


def test_a_slice_of_which_nothing_was_measured_is_named() -> None:
    lines_alone = report(system__ledger__posting=10, system__payments__refunds=0)
    lines_alone["files"]["system/payments/refunds.py"]["summary"]["num_branches"] = 0
    for measured in (report(system__ledger__posting=10), lines_alone):
        with pytest.raises(CoverageError, match="Nothing was measured of payments"):
            coverage.read(measured, PROMISED)


def test_the_shipped_limits_promise_ninety_percent_of_what_moves_money() -> None:
    promised = coverage.limits()
    assert promised["whole"] >= 85
    assert min(promised["slices"].values()) >= 90
    assert {"payments", "ledger", "subscriptions", "entitlements", "accounts"} <= set(promised["slices"])
