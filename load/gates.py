"""Gates: what may not last. A metric is read over a window of seconds in a row, live, and offline again.

As with a limit, only what is sure is said: a window breaks its gate when the metric surely lies above, and a window
without a sample, or with too few to tell, is unknown.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from load.findings import Finding, Outcome
from load.histogram import ERROR, Histogram, merged
from load.profile import Gate, Profile
from load.seconds import LINE, Second

_Z_95: Final = 1.959964

Seconds = Mapping[int, Second]


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric over a window, and what it surely is at least; None where the samples do not say."""

    value: float | None
    at_least: float | None
    samples: int


@dataclass(frozen=True, slots=True)
class Window:
    """The seconds from `ended_s - gate.for_s` up to `ended_s`, and what they said."""

    gate: Gate
    ended_s: int
    measured: Measured
    outcome: Literal["held", "broken", "unknown"]

    def __str__(self) -> str:
        value, unit = self.measured.value, " ms" if self.gate.metric.endswith("_ms") else ""
        told = "no sample" if value is None else f"{value:.4g}{unit} (n = {self.measured.samples})"
        return f"{told} from second {self.ended_s - self.gate.for_s} to {self.ended_s}"


def _p95(waited: Histogram) -> Measured:
    low, _high = waited.interval(0.95)
    return Measured(waited.percentile(0.95), None if low is None else low * (1 - ERROR), waited.count)


def _percent(hits: int, of: int) -> Measured:
    """Its least is the lower end of Wilson's interval: one of three is not a third of many."""
    if not of:
        return Measured(None, None, 0)
    share, z2 = hits / of, _Z_95**2
    spread = _Z_95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return Measured(100 * share, 100 * (share + z2 / (2 * of) - spread) / (1 + z2 / of), of)


def _in_flight(seconds: Sequence[Second]) -> Measured:
    """What was under way all the time."""
    least = float(min(each.in_flight for each in seconds))
    return Measured(least, least, len(seconds))


READERS: Final[Mapping[str, Callable[[Sequence[Second]], Measured]]] = {
    "payments_p95_ms": lambda seconds: _p95(merged(each.payments for each in seconds)),
    "calls_p95_ms": lambda seconds: _p95(merged(each.calls for each in seconds)),
    "errors_percent": lambda seconds: _percent(
        sum(each.errors.count for each in seconds), sum(each.ended for each in seconds)
    ),
    "drops_percent": lambda seconds: _percent(
        sum(each.dropped for each in seconds), sum(each.planned for each in seconds)
    ),
    "in_flight": _in_flight,
}


def window(gate: Gate, ended_s: int, seconds: Seconds, tellers: int) -> Window:
    """Unknown unless every generator told of every second."""
    inside = [seconds.get(number) for number in range(ended_s - gate.for_s, ended_s)]
    whole = [each for each in inside if each is not None and each.tellers == tellers]
    if len(whole) < gate.for_s:
        return Window(gate, ended_s, Measured(None, None, 0), "unknown")
    measured = READERS[gate.metric](whole)
    if measured.at_least is not None and measured.at_least > gate.above:
        return Window(gate, ended_s, measured, "broken")
    fine = measured.value is not None and measured.value <= gate.above
    return Window(gate, ended_s, measured, "held" if fine else "unknown")


def ends(gate: Gate, profile: Profile) -> Iterator[int]:
    """When each window of a gate ends, in seconds; a window lies within phases of the gate that follow each other."""
    for began, ended in spans(gate, profile):
        yield from range(math.ceil(began) + gate.for_s, math.floor(ended) + 1)


def spans(gate: Gate, profile: Profile) -> Iterator[tuple[float, float]]:
    began, at = None, 0.0
    for phase in profile.phases:
        watched = not gate.phases or phase.name in gate.phases
        if watched and began is None:
            began = at
        if not watched and began is not None:
            yield began, at
            began = None
        at += phase.seconds
    if began is not None:
        yield began, at


class Watch:
    """Hears each second of a run as it ends, and says once when a gate that stops the run is broken."""

    def __init__(self, profile: Profile, tellers: int = 1) -> None:
        self._ends = [(gate, frozenset(ends(gate, profile))) for gate in profile.gates if gate.then == "stop"]
        self._longest = max((gate.for_s for gate, _ in self._ends), default=0)
        self._tellers = tellers
        self._seconds: dict[int, Second] = {}

    def hear(self, line: Mapping[str, Any]) -> Window | None:
        """The window that ends with this line's second and breaks its gate; None for every other line."""
        if line["type"] != LINE or not self._ends:
            return None
        number, told = line["second"], Second.of_line(line)
        self._seconds.setdefault(number, Second()).add(told)
        if self._seconds[number].tellers < self._tellers:
            return None
        self._seconds.pop(number - self._longest, None)
        read = (self._window(gate, number + 1) for gate, seconds in self._ends if number + 1 in seconds)
        broken = next((each for each in read if each.outcome == "broken"), None)
        self._ends = self._ends if broken is None else []
        return broken

    def _window(self, gate: Gate, ended_s: int) -> Window:
        return window(gate, ended_s, self._seconds, self._tellers)


def windows(gate: Gate, profile: Profile, seconds: Seconds, tellers: int) -> list[Window]:
    return [window(gate, each, seconds, tellers) for each in ends(gate, profile)]


def findings(profile: Profile, seconds: Seconds, tellers: int, stopped_at_s: float | None) -> Iterator[Finding]:
    """`profile` as far as it was made. A run that was stopped although no gate shows why is no pass."""
    read = {gate: windows(gate, profile, seconds, tellers) for gate in profile.gates}
    for gate, found in read.items():
        yield _finding(gate, found)
    stops = [each for gate, found in read.items() if gate.then == "stop" for each in found if each.outcome == "broken"]
    if stopped_at_s is not None and not stops:
        detail = f"stopped after {stopped_at_s:.0f} s, and no window that was kept breaks a gate"
        yield Finding("gates: the run came to its end", "speed", "unknown", detail)


def _finding(gate: Gate, found: Sequence[Window]) -> Finding:
    broken, unknown = ([each for each in found if each.outcome == outcome] for outcome in ("broken", "unknown"))
    check, limit = f"gate: {gate.name}", f"≤ {gate.above:g}"
    if broken:
        stopped = ", which stopped the run" if gate.then == "stop" else ""
        detail = f"{broken[0]}{stopped}; {len(broken)} of {len(found)} windows broke it"
        return _told(check, "fail", detail, limit, broken[0].measured)
    if unknown or not found:
        first = f"of {len(found)} windows {len(unknown)} cannot tell, the first: {unknown[0]}" if unknown else ""
        return Finding(check, "speed", "unknown", first or f"no window of {gate.for_s} s came to its end", limit=limit)
    worst = max(found, key=lambda each: each.measured.value or 0.0)
    detail = f"held in {len(found)} windows; at most {worst}"
    return _told(check, "pass", detail, limit, worst.measured)


def _told(check: str, outcome: Outcome, detail: str, limit: str, measured: Measured) -> Finding:
    value = f"{measured.value:.4g}"
    return Finding(check, "speed", outcome, detail, measured=value, limit=limit, samples=measured.samples)
