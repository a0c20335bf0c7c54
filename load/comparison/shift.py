"""How far one group of runs lies from another, and whether that is more than their own noise.

Everything is relative: logarithms of a statistic, one for each run. Shifts are Hodges and Lehmann's medians of
differences, their intervals the exact ones of Mann and Whitney and of Wilcoxon. A shift counts when its whole interval
lies on one side of nothing and it exceeds both five per cent and twice the baseline's own deviation: significance alone
would report every small thing, and size alone every accident.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import median
from typing import Final

from load.findings import Outcome

LEVEL: Final = 0.99
"""Several statistics are compared at once, and each may err. Where few runs cannot reach it, the widest holds."""
NEEDED_LEVEL: Final = 0.95
WORTH_TELLING: Final = 0.05
TO_BE_FOUND: Final = 0.10
"""A slow-down of this size must not go unseen: where noise would hide it, the answer is unknown."""
FEWEST_RUNS: Final = 4
FEWEST_PAIRS: Final = 6
_DEVIATIONS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Shift:
    """As shares: 0.1 is ten per cent more than the baseline. `noise` is the median deviation within the baseline."""

    shift: float
    low: float
    high: float
    noise: float
    level: float

    @property
    def threshold(self) -> float:
        return max(WORTH_TELLING, _DEVIATIONS * self.noise)

    @property
    def outcome(self) -> Outcome:
        """Of something that is better the smaller it is."""
        if self.level < NEEDED_LEVEL:
            return "unknown"
        is_large = self.shift > self.threshold
        if is_large and self.low > 0:
            return "fail"
        hides = self.threshold > TO_BE_FOUND and self.high > TO_BE_FOUND
        return "unknown" if is_large or hides else "pass"

    @property
    def why(self) -> str:
        if self.level < NEEDED_LEVEL:
            return "too few runs"
        if self.outcome == "unknown":
            return "more than the threshold, but the runs overlap" if self.shift > self.threshold else "too noisy"
        return {"fail": "slower", "pass": "faster"}[self.outcome] if self.is_certain else "no difference"

    @property
    def is_certain(self) -> bool:
        return abs(self.shift) > self.threshold and (self.low > 0 or self.high < 0)


def between(baseline: Sequence[float], candidate: Sequence[float]) -> Shift:
    """Two groups of runs made apart from each other; none of the values may be zero."""
    before, after = _logarithms(baseline), _logarithms(candidate)
    differences = sorted(b - a for a, b in product(before, after))
    return _shift(differences, rank_sums(len(before), len(after)), _deviation(before))


def paired(pairs: Sequence[tuple[float, float]]) -> Shift:
    """Pairs of neighbours in time, baseline first. What drifts, drifts for both: noise is that of their differences."""
    differences = [math.log(after / before) for before, after in pairs]
    walsh = sorted((a + b) / 2 for i, a in enumerate(differences) for b in differences[i:])
    return _shift(walsh, signed_ranks(len(differences)), _deviation(differences))


def _logarithms(values: Sequence[float]) -> list[float]:
    return [math.log(value) for value in values]


def _deviation(logarithms: Sequence[float]) -> float:
    middle = median(logarithms)
    return math.expm1(median(abs(each - middle) for each in logarithms))


def _shift(ordered: Sequence[float], law: Mapping[int, float], noise: float) -> Shift:
    """`law` is the chance of each value of the statistic when nothing differs: that many differences are cut off."""
    cut, tail = 0, law[0]
    while tail + law[cut + 1] <= (1 - LEVEL) / 2:
        cut += 1
        tail += law[cut]
    low, high = ordered[cut], ordered[len(ordered) - 1 - cut]
    return Shift(math.expm1(median(ordered)), math.expm1(low), math.expm1(high), noise, 1 - 2 * tail)


def rank_sums(first: int, second: int) -> dict[int, float]:
    """The law of Mann and Whitney's U: of all orders of both groups, how many have U pairs in the wrong order."""
    counts = {(0, n): {0: 1} for n in range(second + 1)} | {(m, 0): {0: 1} for m in range(first + 1)}
    for m, n in product(range(1, first + 1), range(1, second + 1)):
        last_of_first = {u + n: count for u, count in counts[m - 1, n].items()}
        last_of_second = counts[m, n - 1]
        both = last_of_first.keys() | last_of_second.keys()
        counts[m, n] = {u: last_of_first.get(u, 0) + last_of_second.get(u, 0) for u in both}
    return _shares(counts[first, second])


def signed_ranks(pairs: int) -> dict[int, float]:
    """The law of Wilcoxon's W: of all choices of signs, how many have negative ranks that add up to W."""
    counts = {0: 1}
    for rank in range(1, pairs + 1):
        counts = {w: counts.get(w, 0) + counts.get(w - rank, 0) for w in range(max(counts) + rank + 1)}
    return _shares(counts)


def _shares(counts: Mapping[int, int]) -> dict[int, float]:
    whole = sum(counts.values())
    return {value: count / whole for value, count in sorted(counts.items())}
