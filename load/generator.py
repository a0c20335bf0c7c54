"""Whether the generator itself can be trusted, asked before any limit of the system is judged.

A saturated generator looks like a slow system: requests wait in its own loop. The loop of a healthy one wakes 5 to 6 ms
late at p99, of an overloaded one 50 to 120 ms; the thresholds lie between, as shares of the tightest limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from load.histogram import Histogram

State = Literal["TRUSTED", "DEGRADED", "INVALID"]

_BUSY, _SATURATED, _SATURATED_FOR_S = 0.70, 0.90, 5
_TIGHT_LAG, _LAG = 0.05, 0.25  # of the tightest limit
_LATE = 0.25  # of the tightest limit
_TIGHT_FLOOR, _FLOOR = 0.10, 0.50  # of the tightest limit
_DELIVERED, _SHORT = 0.99, 0.97
_COMPANY, _CROWD = 0.15, 0.40


@dataclass(frozen=True, slots=True)
class Vitals:
    """What the generator saw of itself. Lateness is from the planned moment to the first byte sent."""

    hub_lag: Histogram
    lateness: Histogram
    cpu: Sequence[float]  # share of one core, each second
    planned: int
    started: int
    dropped: int
    unfinished: int
    workers_expected: int
    workers_finished: int
    foreign_share: float  # of the machine's CPU, used by what is none of the run's
    floor: Histogram | None = None  # waits for answers that took no time; None where nobody measured them


@dataclass(frozen=True, slots=True)
class Trust:
    """Two doubts cut one way only.

    `undelivered`: nothing ails the generator, but the planned load was not made. Whoever was not there to wait would
    have waited at least as long as those who were: what failed has failed, and what passed has not passed.
    `disturbed`: other work filled the machine. That only makes waits longer: what passed has passed, and what failed
    may be nobody's fault.
    """

    state: State
    reasons: tuple[str, ...]
    undelivered: bool = False
    disturbed: bool = False


def judge(vitals: Vitals, tightest_ms: float, drops_percent: float) -> Trust:
    sick = _sick(vitals, tightest_ms)
    undelivered = _not_delivered(vitals, drops_percent)
    disturbed = vitals.foreign_share > _CROWD
    degraded = _degraded(vitals, tightest_ms)
    if sick or undelivered:
        return Trust("INVALID", tuple(sick + undelivered), undelivered=not sick and not disturbed)
    return Trust("DEGRADED" if degraded else "TRUSTED", tuple(degraded), disturbed=disturbed)


def _sick(vitals: Vitals, tightest_ms: float) -> list[str]:
    lag, late = vitals.hub_lag.percentile(0.99), vitals.lateness.percentile(0.99)
    found = []
    if vitals.workers_finished < vitals.workers_expected:
        found.append(f"{vitals.workers_expected - vitals.workers_finished} generator process(es) did not finish")
    if vitals.planned == 0 or lag is None:
        found.append("the generator measured nothing of itself")
    if lag is not None and lag > _LAG * tightest_ms:
        found.append(
            f"its loop lagged {lag:.0f} ms at p99, above a quarter of the tightest limit ({tightest_ms:.0f} ms)"
        )
        if late is not None and late > _LATE * tightest_ms:
            found.append(f"requests left {late:.0f} ms late at p99")
    if (floor := _floor_ms(vitals)) is not None and floor > _FLOOR * tightest_ms:
        found.append(
            f"its own floor is {floor:.0f} ms at p95, above half of the tightest limit ({tightest_ms:.0f} ms): "
            "for answers that take no time"
        )
    if longest_run(vitals.cpu, _SATURATED) >= _SATURATED_FOR_S:
        found.append(f"it used more than {_SATURATED:.0%} of its core for {_SATURATED_FOR_S} s or longer")
    return found


def _not_delivered(vitals: Vitals, drops_percent: float) -> list[str]:
    if vitals.planned == 0:
        return []
    found = []
    if 100 * vitals.dropped > drops_percent * vitals.planned:
        found.append(
            f"{vitals.dropped} of {vitals.planned} arrivals were dropped (at most {drops_percent} %): nobody was free"
        )
    if vitals.started < _SHORT * vitals.planned:
        found.append(f"only {vitals.started} of {vitals.planned} planned arrivals were started")
    return found


def _degraded(vitals: Vitals, tightest_ms: float) -> list[str]:
    lag, found = vitals.hub_lag.percentile(0.99), []
    if lag is not None and lag > _TIGHT_LAG * tightest_ms:
        found.append(f"its loop lagged {lag:.0f} ms at p99")
    floor = _floor_ms(vitals)
    if floor is None:
        found.append("nobody measured its floor")
    elif floor > _TIGHT_FLOOR * tightest_ms:
        found.append(f"its own floor is {floor:.0f} ms at p95, for answers that take no time")
    if longest_run(vitals.cpu, _BUSY) > 0:
        found.append(f"it used more than {_BUSY:.0%} of its core at times")
    if vitals.foreign_share > _COMPANY:
        found.append(f"other work used {vitals.foreign_share:.0%} of the machine's CPU")
    if vitals.started < _DELIVERED * vitals.planned:
        found.append(f"it started {vitals.started} of {vitals.planned} planned arrivals")
    return found


def _floor_ms(vitals: Vitals) -> float | None:
    return None if vitals.floor is None else vitals.floor.percentile(0.95)


def longest_run(samples: Sequence[float], above: float) -> int:
    longest = current = 0
    for sample in samples:
        current = current + 1 if sample > above else 0
        longest = max(longest, current)
    return longest
