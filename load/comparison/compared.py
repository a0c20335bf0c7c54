"""The verdict on a candidate beside a baseline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from load.comparison.environment import differences
from load.comparison.runs import Run, UnusableError
from load.comparison.shift import Shift, between, paired
from load.findings import EXIT_CODES, Outcome, Verdict

Json = dict[str, Any]
Values = Sequence[float]

_MEANING: Final[Mapping[Verdict, str]] = {
    "PASS": "No statistic is slower by more than the noise, and none is so noisy that it would hide it.",
    "FAIL": "The candidate is slower.",
    "INCONCLUSIVE": "Too few runs, or too much noise, to say that the candidate is no slower.",
}


def compared(baseline: Sequence[Run], candidate: Sequence[Run]) -> Json:
    """Two groups of runs. Raises UnusableError for groups that were not made alike."""
    found = _judged(baseline, candidate, between)
    disturbed = [run.name for run in candidate if run.disturbed]
    return found | _excused(disturbed) if found["verdict"] == "FAIL" and disturbed else found


def _excused(disturbed: Sequence[str]) -> Json:
    """In turns, the others would have disturbed both builds alike."""
    meaning = f"The candidate is slower, but other work filled the machine in {', '.join(disturbed)}"
    return _said("INVALID", f"{meaning}: make those runs again, or load both builds in turns.")


def inconclusive(meaning: str) -> Json:
    return _said("INCONCLUSIVE", meaning)


def _said(verdict: Verdict, meaning: str) -> Json:
    return {"verdict": verdict, "exit_code": EXIT_CODES[verdict], "meaning": meaning}


def in_turns(baseline: Sequence[Run], candidate: Sequence[Run]) -> Json:
    """Neighbours in time, one pair after the other. Raises UnusableError as `compared` does."""
    return _judged(baseline, candidate, lambda a, b: paired(list(zip(a, b, strict=True))))


def _judged(baseline: Sequence[Run], candidate: Sequence[Run], law: Callable[[Values, Values], Shift]) -> Json:
    if not baseline or not candidate:
        raise UnusableError(
            f"{len(baseline)} runs of the baseline and {len(candidate)} of the candidate: some are needed"
        )
    everything = [*baseline, *candidate]
    wrong = differences([run.fingerprint for run in everything])
    if wrong:
        raise UnusableError(f"the runs were not made alike: {'; '.join(wrong)}")
    names = sorted({name for run in everything for name in run.statistics})
    rows = [_row(name, baseline, candidate, law) for name in names]
    verdict = _verdict([row["outcome"] for row in rows])
    return {
        "schema": 1,
        **_said(verdict, _MEANING[verdict]),
        "baseline": [run.name for run in baseline],
        "candidate": [run.name for run in candidate],
        "fingerprint": everything[0].fingerprint,
        "statistics": rows,
    }


def _row(name: str, baseline: Sequence[Run], candidate: Sequence[Run], law: Callable[[Values, Values], Shift]) -> Json:
    lacking = [run.name for run in (*baseline, *candidate) if name not in run.statistics]
    if lacking:
        return {"statistic": name, "outcome": "unknown", "why": f"not measured by {', '.join(lacking)}"}
    before, after = ([run.statistics[name] for run in group] for group in (baseline, candidate))
    shift = law(before, after)
    told = {key: round(value, 4) for key, value in asdict(shift).items()}
    values = {"threshold": round(shift.threshold, 4), "baseline": before, "candidate": after}
    return {"statistic": name, "outcome": shift.outcome, "why": shift.why} | told | values


def _verdict(outcomes: Sequence[Outcome]) -> Verdict:
    if "fail" in outcomes:
        return "FAIL"
    return "INCONCLUSIVE" if "unknown" in outcomes or not outcomes else "PASS"


def text(found: Mapping[str, Any]) -> str:
    """For the terminal: the verdict last."""
    marks = {"pass": "ok     ", "fail": "FAIL   ", "unknown": "unknown"}
    lines = [f"  {marks[row['outcome']]} {row['statistic']}: {_detail(row)}" for row in found["statistics"]]
    lines += [f"  left out: {each}" for each in found.get("left_out", ())]
    return "\n".join([*lines, f"comparison: {found['verdict']}. {found['meaning']}"])


def _detail(row: Mapping[str, Any]) -> str:
    if "shift" not in row:
        return str(row["why"])
    shift, low, high = (f"{100 * row[name]:+.1f} %" for name in ("shift", "low", "high"))
    noise, threshold = (f"{100 * row[name]:.1f} %" for name in ("noise", "threshold"))
    count = f"{len(row['baseline'])} and {len(row['candidate'])} runs"
    interval = f"{100 * row['level']:.1f} % interval {low} to {high}"
    return f"{shift} ({interval}), noise {noise}, threshold {threshold}, {count}: {row['why']}"
