"""The steps of a run: what each judged phase of a steady rate held, cut into windows.

Both numbers come from the history, by the clock: a request that began in one phase and ended in the next is under way
in both, and ended in the second. Latencies and drops beside them are those of the arrivals of the phase.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from load.capacity.usl import Step, Window
from load.measures import Measures, Series
from load.profile import Phase, Profile

WINDOWS: Final = 10


@dataclass(frozen=True, slots=True)
class Held:
    """A step, and how its people fared."""

    step: Step
    arrivals_per_s: float
    payments_p95_ms: float | None
    calls_p95_ms: float | None
    errors_percent: float
    dropped: int
    within_limits: bool

    def to_json(self) -> dict[str, Any]:
        step, noise = self.step, self.step.noise
        return {
            "name": step.name,
            "arrivals_per_s": self.arrivals_per_s,
            "concurrency": round(step.concurrency, 3),
            "throughput_per_s": round(step.throughput, 3),
            "noise": None if noise is None else round(noise, 4),
            "payments_p95_ms": _rounded(self.payments_p95_ms),
            "calls_p95_ms": _rounded(self.calls_p95_ms),
            "errors_percent": round(self.errors_percent, 2),
            "dropped": self.dropped,
            "within_limits": self.within_limits,
        }


def held(
    profile: Profile, measures: Measures, dropped: Mapping[str, int], history: Iterable[Mapping[str, Any]]
) -> list[Held]:
    """The phases that nobody came to, because the run ended before them, are no steps."""
    phases = list(_steady(profile))
    windows = _counted(list(history), [began for _, began in phases], [phase.seconds for phase, _ in phases])
    steps = [Step(phase.name, each) for (phase, _), each in zip(phases, windows, strict=True)]
    return [
        _held(profile, phase, step, measures, dropped.get(phase.name, 0))
        for (phase, _), step in zip(phases, steps, strict=True)
        if step.throughput > 0
    ]


def _steady(profile: Profile) -> Iterator[tuple[Phase, float]]:
    """With the second of the run in which each begins."""
    began = 0.0
    for phase in profile.phases:
        if phase.judged and phase.until_arrivals_per_s is None:
            yield phase, began
        began += phase.seconds


def _counted(
    lines: Sequence[Mapping[str, Any]], began: Sequence[float], seconds: Sequence[float]
) -> list[tuple[Window, ...]]:
    moments, under_way, ended = _by_the_clock(lines)
    found = []
    for start, length in zip(began, seconds, strict=True):
        edges = [start + length * n / WINDOWS for n in range(WINDOWS + 1)]
        areas = [_area(moments, under_way, edge) for edge in edges]
        counts = [bisect_right(ended, edge) for edge in edges]
        width = length / WINDOWS
        found.append(
            tuple(
                Window((areas[n + 1] - areas[n]) / width, (counts[n + 1] - counts[n]) / width) for n in range(WINDOWS)
            )
        )
    return found


Steps = list[tuple[float, int, float]]  # a moment, requests under way from then on, seconds spent under way before it


def _by_the_clock(lines: Sequence[Mapping[str, Any]]) -> tuple[list[float], Steps, list[float]]:
    """An answer other than the promised one is no throughput."""
    count, area, last = 0, 0.0, 0.0
    under_way: Steps = [(0.0, 0, 0.0)]
    for line in lines:
        area += count * (line["t"] - last)
        last = line["t"]
        count += 1 if line["type"] == "invoke" else -1
        under_way.append((last, count, area))
    fine = [
        line["t"] for line in lines if line["type"] != "invoke" and "unexpected" not in line and "error" not in line
    ]
    return [moment for moment, _, _ in under_way], under_way, fine


def _area(moments: Sequence[float], under_way: Steps, at: float) -> float:
    moment, count, area = under_way[bisect_right(moments, at) - 1]
    return area + count * (at - moment)


def _held(profile: Profile, phase: Phase, step: Step, measures: Measures, dropped: int) -> Held:
    limits = profile.limits
    payments, calls = (measures.of([phase.name], payments=each) for each in (True, False))
    errors = _errors_percent(measures.of([phase.name]))
    within = (
        _holds(payments.waited.percentile(0.95), limits.payments_p95_ms)
        and _holds(calls.waited.percentile(0.95), limits.calls_p95_ms)
        and errors < limits.errors_percent
        and not dropped
    )
    return Held(
        step=step,
        arrivals_per_s=phase.arrivals_per_s,
        payments_p95_ms=payments.waited.percentile(0.95),
        calls_p95_ms=calls.waited.percentile(0.95),
        errors_percent=errors,
        dropped=dropped,
        within_limits=within,
    )


def _holds(measured: float | None, limit: float) -> bool:
    """A mix may hold no payments; a step without any request at all is no step."""
    return measured is None or measured < limit


def _errors_percent(series: Series) -> float:
    return 100 * series.errors / series.waited.count if series.waited.count else 0.0


def _rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 1)
