"""What auditors read while the load was on: a trial balance that does not balance in between is a fault too."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from load.findings import Finding, Outcome

TITLE: Final = "money: the trial balance holds at every moment"


def findings(lines: Iterable[Mapping[str, Any]]) -> list[Finding]:
    readings = [line for line in lines if line["f"] == "trial_balance" and line["type"] == "ok"]
    unbalanced = [f"reading at {line['t']:.3f} s" for line in readings if line.get("balanced") is not True]
    outcome: Outcome = "fail" if unbalanced else "pass" if readings else "unknown"
    detail = f"{len(unbalanced)} of {len(readings)} readings during the run did not balance"
    return [Finding(TITLE, "money", outcome, detail, ("C2.3", "B2.3"), examples=tuple(unbalanced[:20]))]
