"""A run over its own time: how long people waited, what failed and what came, with the phases as bands behind it."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate, pairwise
from typing import Final

from load.canvas import LEFT, Canvas, has_room
from load.histogram import Histogram
from load.profile import Profile
from load.seconds import Second

_CANVAS: Final = Canvas(height=236, top=50)
_POINTS: Final = 240
_LINES: Final = 4
_QUANTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

Points = Sequence[tuple[float, float | None]]
Lines = Mapping[str, Points]
Kept = Mapping[int, Second]


def section(profile: Profile, seconds: Kept) -> str:
    """`profile` as far as it was made. Nothing where nobody kept the seconds."""
    bins = list(_bins(seconds, profile.seconds))
    if not bins:
        return "<p class=unknown>Nobody kept what each second measured.</p>"
    limits, frame = profile.limits, Timeline(profile)
    width = bins[0].width_s
    every = "second" if width == 1 else f"{width} seconds"
    return (
        frame.draw(f"Payments: milliseconds waited, by {every}", _waits(bins, "payments"), limits.payments_p95_ms)
        + frame.draw(f"Other calls: milliseconds waited, by {every}", _waits(bins, "calls"), limits.calls_p95_ms)
        + frame.draw(f"Failed requests: how many in a second, by {every}", _failed(bins))
        + frame.draw(f"Failed requests: milliseconds waited, by {every}", _waits(bins, "errors"), logarithmic=True)
        + frame.draw(f"Arrivals and requests in a second, and requests under way, by {every}", _rates(bins))
    )


@dataclass(frozen=True, slots=True)
class Bin:
    at_s: float  # its middle
    width_s: int
    second: Second
    in_flight: int  # the most of it


def _bins(seconds: Kept, lasting_s: float) -> Iterator[Bin]:
    """At most so many that each can be seen. Seconds that were not kept make a gap."""
    width = max(1, math.ceil(lasting_s / _POINTS))
    for first in range(0, math.ceil(lasting_s), width):
        inside = [seconds[number] for number in range(first, first + width) if number in seconds]
        if not inside:
            continue
        whole = Second()
        for each in inside:
            whole.add(each)
        yield Bin(first + width / 2, width, whole, max(each.in_flight for each in inside))


def _waits(bins: Iterable[Bin], name: str) -> Lines:
    waited: list[tuple[float, Histogram]] = [(each.at_s, getattr(each.second, name)) for each in bins]
    return {label: [(at, told.percentile(q)) for at, told in waited] for label, q in _QUANTILES.items()}


def _failed(bins: Sequence[Bin]) -> Lines:
    return {
        "failed": _each(bins, lambda each: each.second.errors.count / each.width_s),
        "arrivals dropped": _each(bins, lambda each: each.second.dropped / each.width_s),
    }


def _rates(bins: Sequence[Bin]) -> Lines:
    return {
        "arrivals planned": _each(bins, lambda each: each.second.planned / each.width_s),
        "requests ended": _each(bins, lambda each: each.second.ended / each.width_s),
        "under way": _each(bins, lambda each: float(each.in_flight)),
    }


def _each(bins: Iterable[Bin], value: Callable[[Bin], float]) -> Points:
    return [(each.at_s, value(each)) for each in bins]


class Timeline:
    """One axis of time for all: from the first planned arrival to the end of what was made of the plan."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    def draw(self, title: str, lines: Lines, limit: float | None = None, *, logarithmic: bool | None = None) -> str:
        """Nothing where every value is missing or nought. What has a limit is drawn by powers of ten."""
        values = [value for points in lines.values() for _, value in points if value]
        if not values:
            return ""
        by_powers = logarithmic if logarithmic is not None else limit is not None
        highest = max([*values, limit or 0.0])
        scale = _powers(min(values), highest) if by_powers else _even(highest)
        inside = [*self._phases(), *self._grid(scale)]
        inside += [_CANVAS.limit(scale.y(limit), f"limit of p95: {limit:g} ms")] if limit else []
        inside += [self._line(number, name, points, scale) for number, (name, points) in enumerate(lines.items())]
        return _CANVAS.figure(title, inside)

    def _x(self, at_s: float) -> float:
        return _CANVAS.x(min(1.0, at_s / self._profile.seconds))

    def _phases(self) -> Iterator[str]:
        edges = [0.0, *accumulate(phase.seconds for phase in self._profile.phases)]
        stretches = [(self._x(began), self._x(ended)) for began, ended in pairwise(edges)]
        phases = list(zip(self._profile.phases, stretches, strict=True))
        rows = 1 if all(has_room(phase.name, right - left) for phase, (left, right) in phases) else 2
        for number, (phase, (left, right)) in enumerate(phases):
            css, told = ("judged", "judged") if phase.judged else ("", "not judged")
            said = f"{phase.name}, {told}"
            yield _CANVAS.band(left, right, phase.name, said, css=css, row=number % rows, rows=rows)

    def _grid(self, scale: "Scale") -> Iterator[str]:
        for part in range(_LINES + 1):
            at_s = self._profile.seconds * part / _LINES
            yield _CANVAS.upright(self._x(at_s), f"{at_s:.0f} s")
        for value in scale.marks:
            yield _CANVAS.level(scale.y(value), f"{value:g}")

    def _line(self, number: int, name: str, points: Points, scale: "Scale") -> str:
        """Where nothing was measured the line has a gap; a point alone is a dot."""
        drawn = "".join(self._piece(number, piece, scale) for piece in _pieces(points))
        x, y = LEFT + 8 + 130 * number, _CANVAS.top - 38
        sample = f"<polyline class='line l{number}' points='{x},{y} {x + 24},{y}' />"
        return f"{drawn}{sample}<text class='name l{number}' x={x + 30} y={y + 4}>{escape(name)}</text>"

    def _piece(self, number: int, piece: Sequence[tuple[float, float]], scale: "Scale") -> str:
        places = [(self._x(at), scale.y(value)) for at, value in piece]
        if len(places) == 1:
            return f"<circle class='dot l{number}' cx={places[0][0]:.1f} cy={places[0][1]:.1f} r=2 />"
        return f"<polyline class='line l{number}' points='{' '.join(f'{x:.1f},{y:.1f}' for x, y in places)}' />"


def _pieces(points: Points) -> Iterator[list[tuple[float, float]]]:
    piece: list[tuple[float, float]] = []
    for at, value in points:
        if value is not None:
            piece.append((at, value))
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


@dataclass(frozen=True, slots=True)
class Scale:
    """Heights for values; `marks` are those that the grid names."""

    marks: Sequence[float]
    share: Callable[[float], float]

    def y(self, value: float) -> float:
        return _CANVAS.y(min(1.0, max(0.0, self.share(value))))


def _powers(lowest: float, highest: float) -> Scale:
    low = math.floor(math.log10(lowest))
    span = max(1, math.ceil(math.log10(highest)) - low)
    marks = [10.0 ** (low + power) for power in range(span + 1)]
    return Scale(marks, lambda value: (math.log10(max(value, marks[0])) - low) / span)


def _even(highest: float) -> Scale:
    power = 10 ** math.floor(math.log10(highest))
    top = next(step * power for step in (1, 2, 4, 5, 10) if step * power >= highest)
    return Scale([top * part / _LINES for part in range(_LINES + 1)], lambda value: value / top)
