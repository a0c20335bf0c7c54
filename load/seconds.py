"""What each second of a run measured, so that any window of it can be judged again.

A request belongs to the second in which it ended. Lines of several generators add up, second by second.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from load.histogram import Histogram
from load.measures import PAYMENT_VERBS

LINE: Final = "measured"


@dataclass(slots=True)
class Second:
    """How long people waited for payments and for other calls, and again for those of both that failed.

    `in_flight` is how many requests were under way at its end; `tellers` how many generators told of it.
    """

    payments: Histogram = field(default_factory=Histogram)
    calls: Histogram = field(default_factory=Histogram)
    errors: Histogram = field(default_factory=Histogram)
    planned: int = 0
    dropped: int = 0
    in_flight: int = 0
    tellers: int = 0

    @property
    def ended(self) -> int:
        return self.payments.count + self.calls.count

    def add(self, other: Self) -> None:
        for mine, theirs in zip(self._histograms(), other._histograms(), strict=True):
            mine.merge(theirs)
        self.planned += other.planned
        self.dropped += other.dropped
        self.in_flight += other.in_flight
        self.tellers += other.tellers

    def _histograms(self) -> tuple[Histogram, Histogram, Histogram]:
        return self.payments, self.calls, self.errors

    def to_line(self, number: int) -> dict[str, Any]:
        waited = {name: getattr(self, name).to_json() for name in ("payments", "calls", "errors")}
        counts = {"planned": self.planned, "dropped": self.dropped, "in_flight": self.in_flight}
        return {"type": LINE, "second": number, **waited, **counts}

    @classmethod
    def of_line(cls, line: Mapping[str, Any]) -> Self:
        payments, calls, errors = (Histogram.from_json(line[name]) for name in ("payments", "calls", "errors"))
        counts = {name: int(line[name]) for name in ("planned", "dropped", "in_flight")}
        return cls(payments, calls, errors, **counts, tellers=1)


class Seconds:
    """The generator's side: it holds only what is not over yet."""

    def __init__(self) -> None:
        self._open: dict[int, Second] = {}
        self._first = 0

    def record(self, at_s: float, verb: str, waited_ms: float, *, expected: bool) -> None:
        second = self._at(at_s)
        (second.payments if verb in PAYMENT_VERBS else second.calls).record(waited_ms)
        if not expected:
            second.errors.record(waited_ms)

    def arrive(self, at_s: float, *, dropped: bool) -> None:
        second = self._at(at_s)
        second.planned += 1
        second.dropped += dropped

    def over(self, at_s: float, in_flight: int) -> Iterator[tuple[int, Second]]:
        """Hand out each second that is over by now, also one in which nothing happened."""
        while self._first < int(at_s):
            second = self._open.pop(self._first, None) or Second()
            second.in_flight = in_flight
            yield self._first, second
            self._first += 1

    def _at(self, at_s: float) -> Second:
        number = max(int(at_s), self._first)  # what was handed out stays as it was
        return self._open.setdefault(number, Second())


def read(path: Path) -> dict[int, Second]:
    """Empty where nobody kept them. Raises ValueError for a file that is damaged."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8") as lines:
        return summed(line for line in map(json.loads, lines) if line["type"] == LINE)


def summed(lines: Iterable[Mapping[str, Any]]) -> dict[int, Second]:
    seconds: defaultdict[int, Second] = defaultdict(Second)
    for line in lines:
        seconds[line["second"]].add(Second.of_line(line))
    return dict(sorted(seconds.items()))
