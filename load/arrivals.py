"""When people arrive, decided before and independently of how the system answers.

A closed loop of users stops asking while the system stalls, and so hides the stall: p95 8 ms where people waited 720.
Arrivals of independent people are a Poisson process; the gaps are exponential, and what is late stays due.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from load.profile import Phase


@dataclass(frozen=True, slots=True)
class Arrival:
    number: int
    due_s: float  # since the start of the run
    phase: str
    journey: str


def planned(phases: Sequence[Phase], mix: Mapping[str, float], seed: int) -> Iterator[Arrival]:
    """Draw a whole run's arrivals: the same seed gives the same plan, whatever the system does."""
    drawn = random.Random(seed)  # noqa: S311 - a plan that can be repeated, not a secret
    journeys, weights = list(mix), list(mix.values())
    began, number = 0.0, 0
    for phase in phases:
        for offset in _poisson(phase, drawn):
            yield Arrival(number, began + offset, phase.name, drawn.choices(journeys, weights)[0])
            number += 1
        began += phase.seconds


def _poisson(phase: Phase, drawn: random.Random) -> Iterator[float]:
    """Thinning: draw at the highest rate of the phase, keep each with the probability of the rate at its moment."""
    highest = max(phase.rate(0), phase.rate(phase.seconds))
    at = drawn.expovariate(highest)
    while at < phase.seconds:
        if drawn.uniform(0, highest) <= phase.rate(at):
            yield at
        at += drawn.expovariate(highest)
