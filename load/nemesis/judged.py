"""The faults of a run, offline: findings, and what the report and the result say of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load import folder, history
from load.checkers import faults as checker
from load.checkers import heirs as heirs_checker
from load.findings import Finding
from load.nemesis.matrix import Met, matrix, recovered_after_s
from load.nemesis.plan import Nemesis
from load.nemesis.seen import Burnt, UnseenError, acknowledged, burnt, heirs, requests

_TITLE = "faults: every one bit"


@dataclass(frozen=True, slots=True)
class Judged:
    """`told` is for the result's reader: a row for each fault, with what its cells hold."""

    findings: Sequence[Finding]
    told: Sequence[Mapping[str, Any]]


def judged(directory: Path, plan: Nemesis | None) -> Judged:
    """Nothing for a profile without faults. Raises history.TornHistoryError."""
    if plan is None:
        return Judged((), ())
    path = directory / folder.HISTORY
    strikes = list(history.strikes(path))
    of_heirs = _of_heirs(path, strikes)
    try:
        made = burnt(strikes, len(plan.faults))
    except UnseenError as why:
        return Judged((Finding(_TITLE, "faults", "unknown", str(why)), *of_heirs), ())
    asked = list(requests(history.read(path)))
    seen = matrix(made, asked)
    found = [*checker.findings(made, asked, seen, plan.recovery_s), *of_heirs]
    return Judged(found, tuple(_row(each, seen[each.fault], recovered_after_s(each, asked)) for each in made))


def _of_heirs(path: Path, strikes: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Also of a plan that was cut short: what an heir lost is lost."""
    expected = sum(line["phase"] == "start" and line["f"] in heirs_checker.SUCCESSIONS for line in strikes)
    found = heirs(strikes)
    told = list(acknowledged(history.read(path))) if found else []
    return list(heirs_checker.findings(found, told, expected))


def _row(fault: Burnt, verbs: Mapping[str, Met], recovered_s: float | None) -> dict[str, Any]:
    return {
        "fault": fault.fault,
        "began_s": round(fault.began_s, 3),
        "burned_s": round(fault.ended_s - fault.began_s, 3),
        "bit": fault.bit,
        "unit": fault.unit,
        "recovered_after_s": None if recovered_s is None else round(recovered_s, 3),
        "verbs": {verb: met.to_json() for verb, met in sorted(verbs.items())},
    }
