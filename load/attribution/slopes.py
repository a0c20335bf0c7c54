"""Whether something grows: the slope of Theil and Sen with its 95 % interval, which no single outlier can move."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

HORIZON_S: Final = 24 * 3600.0
SHORTEST_S: Final = 600.0
"""A shorter run shows how things warm up, not how they grow."""
_Z: Final = 1.96
_POINTS: Final = 120  # a series is thinned to so many means: the number of pairs grows with the square
_FEWEST: Final = 8

Series = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Slope:
    """Units a second."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Growth:
    """What a series does to its limit. `outcome` is a fail if it surely grows and would reach it within the horizon."""

    name: str
    unit: str
    outcome: str
    detail: str
    slope_per_hour: float | None = None
    low_per_hour: float | None = None
    high_per_hour: float | None = None
    exhausted_after_h: float | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def theil_sen(series: Series) -> Slope | None:
    """The median slope of all pairs; its interval is Sen's, from Kendall's variance. None for too few points."""
    points = _thinned(series)
    pairs = sorted(
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for n, earlier in enumerate(points)
        for later in points[n + 1 :]
        if later[0] > earlier[0]
    )
    n = len(points)
    if n < _FEWEST or not pairs:
        return None
    reach = _Z * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    lowest = max(0, math.floor((len(pairs) - reach) / 2))
    highest = min(len(pairs) - 1, math.ceil((len(pairs) + reach) / 2))
    return Slope(statistics.median(pairs), pairs[lowest], pairs[highest])


def growth(name: str, unit: str, series: Series, limit: float | None) -> Growth:
    seconds = series[-1][0] - series[0][0] if series else 0.0
    slope = theil_sen(series)
    if seconds < SHORTEST_S or slope is None:
        return Growth(name, unit, "unknown", f"{seconds:.0f} s are too short to tell growth; {SHORTEST_S:.0f} s do")
    per_hour = (3600 * slope.value, 3600 * slope.low, 3600 * slope.high)
    said = f"{per_hour[0]:+.3g} {unit} an hour ({per_hour[1]:+.3g} to {per_hour[2]:+.3g})"
    if slope.low <= 0:
        return Growth(name, unit, "pass", f"{said}: no growth that is certain", *per_hour)
    if limit is None:
        return Growth(name, unit, "unknown", f"{said}: it grows, and its limit is not known", *per_hour)
    left_h = max(0.0, limit - series[-1][1]) / per_hour[0]
    reaches = left_h * 3600 <= HORIZON_S
    detail = f"{said}: its limit of {limit:g} {unit} would be reached after {left_h:.1f} h"
    return Growth(name, unit, "fail" if reaches else "pass", detail, *per_hour, left_h)


def _thinned(series: Series) -> list[tuple[float, float]]:
    size = max(1, math.ceil(len(series) / _POINTS))
    bins = [series[n : n + size] for n in range(0, len(series), size)]
    return [(statistics.fmean(at for at, _ in each), statistics.fmean(value for _, value in each)) for each in bins]
