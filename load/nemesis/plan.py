"""Which fault is made when, decided before the run: the same seed gives the same plan, not the same interleaving.

While faults burn, only safety is asked: no wrong answer, no wrong money. The last phase of a run knows no fault, and in
it the system must be as quick as ever, and come to rest afterwards (TigerBeetle's two modes, safety and liveness).
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Nemesis:
    """The plan as a profile gives it. Seconds; the faults are names of `load.nemesis.faults`."""

    faults: tuple[str, ...]
    begin_s: float
    every_s: float
    shortest_s: float
    longest_s: float
    recovery_s: float
    """How long after a fault has healed people may still be without a good answer."""

    @property
    def over_s(self) -> float:
        """When the last fault has healed at the latest, if healing itself takes no time."""
        return self.begin_s + (len(self.faults) - 1) * self.every_s + self.longest_s


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault: due and burning in seconds."""

    number: int
    fault: str
    due_s: float
    burns_s: float


def planned(nemesis: Nemesis, seed: int) -> Iterator[Strike]:
    """Each fault once, in an order and for a time drawn from the seed."""
    drawn = random.Random(seed)  # noqa: S311 - a plan that can be repeated, not a secret
    order = drawn.sample(nemesis.faults, len(nemesis.faults))
    for number, fault in enumerate(order):
        burns_s = drawn.uniform(nemesis.shortest_s, nemesis.longest_s)
        yield Strike(number, fault, nemesis.begin_s + number * nemesis.every_s, burns_s)
