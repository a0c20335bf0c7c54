"""The faults of a run: each one bit, nobody was answered uncleanly, and people were soon served again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from load.findings import Finding, Outcome
from load.nemesis.matrix import Met, felt, recovered_after_s
from load.nemesis.seen import Burnt, Request

CLEAN: Final = "faults: what was not served was refused cleanly"
RECOVERED: Final = "faults: people were served again soon after each"
_FELT: Final = ("app.", "postgres.", "network.")
"""Faults of what answers people: one that no request met proves nothing, whatever was killed."""
_SHOWN: Final = 20


def findings(
    faults: Sequence[Burnt], requests: Sequence[Request], seen: Mapping[str, Mapping[str, Met]], recovery_s: float
) -> Iterator[Finding]:
    yield _bit(faults, seen)
    yield _clean(seen)
    yield _recovered(faults, requests, recovery_s)


def _bit(faults: Sequence[Burnt], seen: Mapping[str, Mapping[str, Met]]) -> Finding:
    missed = [f"{each.fault}: {each.bit} {each.unit}" for each in faults if not _has_bitten(each, seen[each.fault])]
    outcome: Outcome = "unknown" if missed or not faults else "pass"
    detail = f"{len(faults) - len(missed)} of {len(faults)} faults were felt where they were made"
    return Finding("faults: every one bit", "faults", outcome, _said(detail, missed), examples=tuple(missed[:_SHOWN]))


def _has_bitten(fault: Burnt, verbs: Mapping[str, Met]) -> bool:
    return fault.bit > 0 and (not fault.fault.startswith(_FELT) or felt(verbs) > 0)


def _clean(seen: Mapping[str, Mapping[str, Met]]) -> Finding:
    cells = [(fault, verb, met) for fault, verbs in seen.items() for verb, met in verbs.items()]
    dirty = [f"{fault}, {verb}: {met.counts['broken']}" for fault, verb, met in cells if met.counts["broken"]]
    asked = sum(sum(met.counts.values()) for _, _, met in cells)
    outcome: Outcome = "fail" if dirty else "pass" if asked else "unknown"
    detail = f"{asked} requests met a fault; an error of the server, or no answer in time, came to {len(dirty)} cells"
    return Finding(CLEAN, "faults", outcome, _said(detail, dirty), examples=tuple(dirty[:_SHOWN]))


def _recovered(faults: Sequence[Burnt], requests: Sequence[Request], within_s: float) -> Finding:
    took = {each.fault: recovered_after_s(each, requests) for each in faults}
    late = [
        f"{fault}: {'never' if seconds is None else f'{seconds:.1f} s'}"
        for fault, seconds in took.items()
        if seconds is None or seconds > within_s
    ]
    longest = max((seconds for seconds in took.values() if seconds is not None), default=None)
    outcome: Outcome = "fail" if late else "pass" if faults else "unknown"
    known = "unknown" if longest is None else f"{longest:.1f} s"
    detail = f"the first good answer after a fault came {known} after it at the latest, limit {within_s:g} s"
    return Finding(
        RECOVERED,
        "faults",
        outcome,
        _said(detail, late),
        measured=known,
        limit=f"< {within_s:g} s",
        examples=tuple(late[:_SHOWN]),
    )


def _said(detail: str, listed: Sequence[str]) -> str:
    return "\n".join([detail, *listed[:5]])
