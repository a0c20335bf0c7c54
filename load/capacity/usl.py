"""Gunther's Universal Scalability Law, fitted to steps of a load.

X(N) = lN / (1 + s(N-1) + kN(N-1)). Turned around, the response time N / X = r + bN + cN(N-1) is linear in what is
sought: l = 1 / (r+b), s = b / (r+b), k = c / (r+b), none of them negative. So least squares have a closed form, and no
search is needed. Residuals are relative, so that a step of ten requests a second counts as much as one of a thousand.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean, stdev
from typing import Final

MINIMUM_STEPS: Final = 4
REACHED: Final = 0.7
"""Of the fitted maximum: whoever never came near it has not seen the curve bend, and would quote an extrapolation."""
TOLERATED: Final = 0.05
"""No system follows the law to the digit: a residual below this is no doubt about the measurement."""
_NOISES: Final = 2.0
_DRAWS: Final = 400
_LEVEL: Final = 0.95

Solution = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a step: requests under way on average, and ended in a second."""

    concurrency: float
    throughput: float


@dataclass(frozen=True, slots=True)
class Step:
    """One level of load, held; its windows tell how much it varied."""

    name: str
    windows: tuple[Window, ...]

    @property
    def concurrency(self) -> float:
        return fmean(window.concurrency for window in self.windows)

    @property
    def throughput(self) -> float:
        return fmean(window.throughput for window in self.windows)

    @property
    def noise(self) -> float | None:
        """The relative standard error of its response time; None where one window alone cannot tell."""
        if len(self.windows) < 2:  # noqa: PLR2004 - no spread without two
            return None
        times = [window.concurrency / window.throughput for window in self.windows if window.throughput]
        return stdev(times) / fmean(times) / math.sqrt(len(times)) if len(times) > 1 else None


@dataclass(frozen=True, slots=True)
class Law:
    """`response_s` is that of nobody else being there; `queueing_s` and `coherency_s` are added by those who are."""

    response_s: float
    queueing_s: float
    coherency_s: float

    @property
    def lamda(self) -> float:
        return 1 / (self.response_s + self.queueing_s)

    @property
    def sigma(self) -> float:
        return self.queueing_s * self.lamda

    @property
    def kappa(self) -> float:
        return self.coherency_s * self.lamda

    @property
    def best_concurrency(self) -> float:
        """N*; infinite where throughput only levels off."""
        return math.sqrt(self.response_s / self.coherency_s) if self.coherency_s else math.inf

    @property
    def maximum(self) -> float:
        """X_max; infinite for a straight line."""
        if self.coherency_s:
            return self.throughput(self.best_concurrency)
        return 1 / self.queueing_s if self.queueing_s else math.inf

    def response(self, concurrency: float) -> float:
        spread = self.coherency_s * concurrency * (concurrency - 1)
        return self.response_s + self.queueing_s * concurrency + spread

    def throughput(self, concurrency: float) -> float:
        return concurrency / self.response(concurrency)


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fit:
    """`residual` and `noise` are relative, root mean square over the steps; noise is None where no step knows its."""

    law: Law
    intervals: dict[str, Interval]
    residual: float
    noise: float | None

    @property
    def is_worse_than_noise(self) -> bool:
        return self.residual > max(TOLERATED, _NOISES * (self.noise or 0.0))


SOUGHT: Final[dict[str, Callable[[Law], float]]] = {
    "lambda": lambda law: law.lamda,
    "sigma": lambda law: law.sigma,
    "kappa": lambda law: law.kappa,
    "best_concurrency": lambda law: law.best_concurrency,
    "maximum": lambda law: law.maximum,
}


def fit(steps: Sequence[Step], seed: int = 1) -> Fit:
    """Needs MINIMUM_STEPS. The same seed draws the same intervals."""
    points = [Window(step.concurrency, step.throughput) for step in steps]
    law = solve(points)
    drawn = random.Random(seed)  # noqa: S311 - an interval that can be repeated, not a secret
    laws = [solve([_redrawn(step, drawn) for step in steps]) for _ in range(_DRAWS)]
    noises = [step.noise for step in steps]
    known = [noise for noise in noises if noise is not None]
    return Fit(
        law=law,
        intervals={name: _interval([read(each) for each in laws]) for name, read in SOUGHT.items()},
        residual=_root_mean_square([1 - law.response(p.concurrency) * p.throughput / p.concurrency for p in points]),
        noise=_root_mean_square(known) if known else None,
    )


def _redrawn(step: Step, drawn: random.Random) -> Window:
    """One window fewer than there are: the mean of so many varies as the mean of the step itself does."""
    chosen = drawn.choices(step.windows, k=max(1, len(step.windows) - 1))
    if not any(each.throughput for each in chosen):
        return Window(step.concurrency, step.throughput)
    return Window(fmean(each.concurrency for each in chosen), fmean(each.throughput for each in chosen))


def _interval(values: Sequence[float]) -> Interval:
    ordered, cut = sorted(values), (1 - _LEVEL) / 2
    return Interval(ordered[math.floor(cut * len(ordered))], ordered[math.ceil((1 - cut) * len(ordered)) - 1])


def _root_mean_square(values: Sequence[float]) -> float:
    return math.sqrt(fmean(value**2 for value in values))


def solve(points: Sequence[Window]) -> Law:
    """Non-negative least squares: the best of the plain solutions over each choice of terms that came out positive."""
    rows = [_row(point) for point in points if point.throughput > 0 and point.concurrency > 0]
    found = [_spread(chosen, solution) for chosen in _CHOICES if (solution := _least_squares(rows, chosen))]
    best = min(found, key=lambda solution: _squares(rows, solution))
    return Law(*best)


_CHOICES: Final = [(0, *others) for size in range(3) for others in combinations((1, 2), size)]


def _row(point: Window) -> Solution:
    """What one second of each term adds, as a share of the response time that was seen."""
    share = point.throughput / point.concurrency
    return share, share * point.concurrency, share * point.concurrency * (point.concurrency - 1)


def _least_squares(rows: Sequence[Solution], chosen: Sequence[int]) -> list[float] | None:
    """None unless every chosen term comes out positive."""
    scale = {term: math.sqrt(sum(row[term] ** 2 for row in rows)) for term in chosen}
    if not all(scale.values()):
        return None
    matrix = [
        [sum(row[i] * row[j] for row in rows) / scale[i] / scale[j] for j in chosen]
        + [sum(row[i] for row in rows) / scale[i]]
        for i in chosen
    ]
    solution = _eliminated(matrix)
    if solution is None or min(solution) <= 0:
        return None
    return [value / scale[term] for value, term in zip(solution, chosen, strict=True)]


def _eliminated(matrix: list[list[float]]) -> list[float] | None:
    """Gauss and Jordan, on a matrix that is symmetric and whose diagonal is one; None where it is singular."""
    size = len(matrix)
    for pivot in range(size):
        if abs(matrix[pivot][pivot]) < 1e-12:  # noqa: PLR2004 - nothing but rounding is left of the term
            return None
        matrix[pivot] = [value / matrix[pivot][pivot] for value in matrix[pivot]]
        for other in range(size):
            if other != pivot:
                factor = matrix[other][pivot]
                matrix[other] = [a - factor * b for a, b in zip(matrix[other], matrix[pivot], strict=True)]
    return [row[-1] for row in matrix]


def _spread(chosen: Sequence[int], solution: Sequence[float]) -> Solution:
    values = dict(zip(chosen, solution, strict=True))
    return values.get(0, 0.0), values.get(1, 0.0), values.get(2, 0.0)


def _squares(rows: Sequence[Solution], solution: Solution) -> float:
    return sum((1 - sum(a * b for a, b in zip(row, solution, strict=True))) ** 2 for row in rows)
