"""What a judge says: one finding for each thing that had to hold, and one verdict over all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from load.generator import Trust

Outcome = Literal["pass", "fail", "unknown"]
Area = Literal["speed", "money", "faults"]
Verdict = Literal["PASS", "FAIL", "INVALID", "INCONCLUSIVE", "BROKEN"]

EXIT_CODES: Final[Mapping[Verdict, int]] = {"PASS": 0, "FAIL": 2, "BROKEN": 3, "INVALID": 4, "INCONCLUSIVE": 5}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that had to hold. `area` is "speed" for what a bad generator would spoil, else "money" or "faults"."""

    check: str
    area: Area
    outcome: Outcome
    detail: str
    proves: tuple[str, ...] = ()
    data: Mapping[str, Any] | None = None
    measured: str = ""
    limit: str = ""
    interval: str = ""
    samples: int | None = None
    examples: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def is_void(outcome: Outcome, trust: Trust) -> bool:
    """Whether a finding about speed says nothing, because of who measured it and where."""
    if trust.state == "INVALID":
        return not (trust.undelivered and outcome == "fail")
    return trust.disturbed and outcome == "fail"


def verdict(findings: Sequence[Finding], trust: Trust) -> Verdict:
    """Wrong money, or an unclean answer, is wrong whoever measured it; speed is judged only by a trusted generator.

    A system too slow for the planned load to be made has failed all the same.
    """
    speed = [each.outcome for each in findings if each.area == "speed"]
    right = [each.outcome for each in findings if each.area != "speed"]
    if "fail" in right:
        return "FAIL"
    if "fail" in speed:
        return "INVALID" if is_void("fail", trust) else "FAIL"
    if trust.state == "INVALID":
        return "INVALID"
    everything = right + speed
    return "INCONCLUSIVE" if "unknown" in everything or not everything else "PASS"
