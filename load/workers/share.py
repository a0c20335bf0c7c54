"""Which part of a run's people and arrivals one worker has. Together the shares are the whole plan, each part once.

Every worker draws the whole plan from the same seed and makes the arrivals whose number is its own. So the system meets
the same arrivals at the same moments, however many workers there are: their sum is the Poisson process of the plan.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from load.arrivals import Arrival

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    index: int
    count: int

    def of_plan(self, plan: Iterable[Arrival]) -> Iterator[Arrival]:
        return (arrival for arrival in plan if arrival.number % self.count == self.index)

    def of_students(self, students: Sequence[Any]) -> list[Any]:
        return list(students[self.index :: self.count])

    def student(self, position: int) -> str:
        """Name the student at this position of the share; no other worker has one of that name."""
        return f"s{self.index + self.count * position}"

    def auditor(self, position: int, auditors: int) -> str:
        """Every worker has all the auditors, each under a name of its own."""
        return f"a{self.index * auditors + position}"

    def of_spec(self, spec: Spec) -> Spec:
        dealt = {"students": self.of_students(spec["students"]), "share": [self.index, self.count]}
        return spec | dealt


WHOLE: Final = Share(0, 1)


def share_of(spec: Spec) -> Share:
    index, count = spec.get("share", (WHOLE.index, WHOLE.count))
    return Share(int(index), int(count))
