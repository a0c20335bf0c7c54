"""Pictures of a run as SVG, which every browser draws without a script and every printer prints."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from load.canvas import LEFT, Canvas
from load.histogram import Histogram
from load.measures import Measures, Series
from load.profile import Profile

_CANVAS: Final = Canvas()
_SHARES: Final = (0.0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
_STEPS: Final = 120


@dataclass(frozen=True, slots=True)
class Curve:
    name: str
    css: str
    histogram: Histogram


def of_run(profile: Profile, measures: Measures) -> str:
    """Payments and other calls: what people waited, and what of it was the request itself."""
    limits, both = profile.limits, of_classes(profile, measures)
    bounds = dict(zip(both, (limits.payments_p95_ms, limits.calls_p95_ms), strict=True))
    pictures = []
    for name, series in both.items():
        curves = [Curve("waited", "waited", series.waited), Curve("service", "service", series.service)]
        title = f"Of the {name}, how large a share was done within how long"
        pictures.append(percentiles(title, curves, {f"limit of p95: {bounds[name]:g} ms": bounds[name]}))
    return "".join(pictures)


def of_classes(profile: Profile, measures: Measures) -> dict[str, Series]:
    """The judged phases."""
    phases = [phase.name for phase in profile.phases if phase.judged]
    return {"payments": measures.of(phases, payments=True), "other calls": measures.of(phases, payments=False)}


def percentiles(title: str, curves: Sequence[Curve], limits_ms: Mapping[str, float]) -> str:
    """How long the slowest share of requests took: one curve for each histogram, and each limit as a line."""
    drawn = [curve for curve in curves if curve.histogram.count]
    if not drawn:
        return ""
    lowest = min(curve.histogram.percentile(0) or 1.0 for curve in drawn)
    highest = max([*(curve.histogram.largest_ms for curve in drawn), *limits_ms.values()])
    frame = _Frame(10 ** math.floor(math.log10(lowest)), 10 ** math.ceil(math.log10(highest)))
    inside = [*frame.grid(), *(_CANVAS.limit(frame.y(each), name) for name, each in limits_ms.items())]
    inside += [frame.curve(curve, number) for number, curve in enumerate(drawn)]
    return _CANVAS.figure(title, inside)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Both axes are logarithmic: in the rarity of a request, and in milliseconds."""

    lowest_ms: float
    highest_ms: float

    def x(self, share: float) -> float:
        return _CANVAS.x(-math.log10(1 - share) / -math.log10(1 - _SHARES[-1]))

    def y(self, milliseconds: float) -> float:
        span = math.log10(self.highest_ms) - math.log10(self.lowest_ms)
        part = (math.log10(max(milliseconds, self.lowest_ms)) - math.log10(self.lowest_ms)) / span
        return _CANVAS.y(part)

    def grid(self) -> Iterable[str]:
        for share in _SHARES:
            yield _CANVAS.upright(self.x(share), f"{100 * share:g} %")
        for power in range(round(math.log10(self.lowest_ms)), round(math.log10(self.highest_ms)) + 1):
            yield _CANVAS.level(self.y(10**power), f"{10**power:g} ms")

    def curve(self, curve: Curve, number: int) -> str:
        shares = [1 - 10 ** (math.log10(1 - _SHARES[-1]) * step / _STEPS) for step in range(_STEPS + 1)]
        read = [(share, curve.histogram.percentile(share)) for share in shares]
        points = " ".join(f"{self.x(share):.1f},{self.y(each):.1f}" for share, each in read if each is not None)
        name = f"<text class='{curve.css}' x={LEFT + 10} y={_CANVAS.top + 14 + 16 * number}>{escape(curve.name)}</text>"
        return f"<polyline class='{curve.css}' points='{points}' />{name}"
