"""Pictures of a run as SVG, which every browser draws without a script and every printer prints."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from load.histogram import Histogram
from load.measures import Measures
from load.profile import Profile

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _BOTTOM, _TOP = 640, 260, 70, 28, 34, 14
_SHARES: Final = (0.0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
_STEPS: Final = 120


@dataclass(frozen=True, slots=True)
class Curve:
    name: str
    css: str
    histogram: Histogram


def of_run(profile: Profile, measures: Measures) -> str:
    """Payments and other calls: what people waited, and what of it was the request itself."""
    phases = [phase.name for phase in profile.phases if phase.judged]
    limit = {"payments": profile.limits.payments_p95_ms, "other calls": profile.limits.calls_p95_ms}
    pictures = []
    for name, series in (
        ("payments", measures.of(phases, payments=True)),
        ("other calls", measures.of(phases, payments=False)),
    ):
        curves = [Curve("waited", "waited", series.waited), Curve("service", "service", series.service)]
        title = f"Of the {name}, how large a share was done within how long"
        pictures.append(percentiles(title, curves, {f"limit of p95: {limit[name]:g} ms": limit[name]}))
    return "".join(pictures)


def percentiles(title: str, curves: Sequence[Curve], limits_ms: Mapping[str, float]) -> str:
    """How long the slowest share of requests took: one curve for each histogram, and each limit as a line."""
    drawn = [curve for curve in curves if curve.histogram.count]
    if not drawn:
        return ""
    lowest = min(curve.histogram.percentile(0) or 1.0 for curve in drawn)
    highest = max([*(curve.histogram.largest_ms for curve in drawn), *limits_ms.values()])
    frame = _Frame(10 ** math.floor(math.log10(lowest)), 10 ** math.ceil(math.log10(highest)))
    inside = [*frame.grid(), *(frame.limit(name, each) for name, each in limits_ms.items())]
    inside += [frame.curve(curve, number) for number, curve in enumerate(drawn)]
    opening = f"<svg viewBox='0 0 {_WIDTH} {_HEIGHT}' role=img aria-label='{escape(title)}' class=chart>"
    return f"<figure>{opening}{''.join(inside)}</svg><figcaption>{escape(title)}</figcaption></figure>"


@dataclass(frozen=True, slots=True)
class _Frame:
    """Both axes are logarithmic: in the rarity of a request, and in milliseconds."""

    lowest_ms: float
    highest_ms: float

    def x(self, share: float) -> float:
        rarity = -math.log10(1 - share) / -math.log10(1 - _SHARES[-1])
        return _LEFT + rarity * (_WIDTH - _LEFT - _RIGHT)

    def y(self, milliseconds: float) -> float:
        span = math.log10(self.highest_ms) - math.log10(self.lowest_ms)
        part = (math.log10(max(milliseconds, self.lowest_ms)) - math.log10(self.lowest_ms)) / span
        return _HEIGHT - _BOTTOM - part * (_HEIGHT - _BOTTOM - _TOP)

    def grid(self) -> Iterable[str]:
        for share in _SHARES:
            at = self.x(share)
            yield f"<line class=grid x1={at:.1f} x2={at:.1f} y1={_TOP} y2={_HEIGHT - _BOTTOM} />"
            yield f"<text x={at:.1f} y={_HEIGHT - 16} text-anchor=middle>{100 * share:g} %</text>"
        for power in range(round(math.log10(self.lowest_ms)), round(math.log10(self.highest_ms)) + 1):
            at = self.y(10**power)
            yield f"<line class=grid x1={_LEFT} x2={_WIDTH - _RIGHT} y1={at:.1f} y2={at:.1f} />"
            yield f"<text x={_LEFT - 6} y={at + 4:.1f} text-anchor=end>{10**power:g} ms</text>"

    def limit(self, name: str, milliseconds: float) -> str:
        at = self.y(milliseconds)
        label = f"<text class=limit x={_WIDTH - _RIGHT - 2} y={at - 4:.1f} text-anchor=end>{escape(name)}</text>"
        return f"<line class=limit x1={_LEFT} x2={_WIDTH - _RIGHT} y1={at:.1f} y2={at:.1f} />{label}"

    def curve(self, curve: Curve, number: int) -> str:
        shares = [1 - 10 ** (math.log10(1 - _SHARES[-1]) * step / _STEPS) for step in range(_STEPS + 1)]
        read = [(share, curve.histogram.percentile(share)) for share in shares]
        points = " ".join(f"{self.x(share):.1f},{self.y(each):.1f}" for share, each in read if each is not None)
        name = f"<text class='{curve.css}' x={_LEFT + 10} y={_TOP + 14 + 16 * number}>{escape(curve.name)}</text>"
        return f"<polyline class='{curve.css}' points='{points}' />{name}"
