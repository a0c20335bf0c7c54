"""Latencies in logarithmic buckets one per cent wide.

Two histograms add up bucket by bucket, over phases as over processes, and a percentile read from one is within 0.5 % of
the recorded value: a reading of 500 is 497.5 to 502.5, never Locust's 495 to 505 (or 995 to 1,050 at one second).
"""

import math
from collections.abc import Iterable, Mapping
from typing import Self

GROWTH = 1.01
ERROR = math.sqrt(GROWTH) - 1  # the middle of a bucket is at most this far, relatively, from what fell into it
_LOG_GROWTH = math.log(GROWTH)
_SMALLEST_MS = 0.001
_Z_95 = 1.959964  # two-sided 95 % of the normal law


class Histogram:
    __slots__ = ("buckets", "count", "largest_ms", "total_ms")

    def __init__(self) -> None:
        self.buckets: dict[int, int] = {}
        self.count = 0
        self.total_ms = 0.0
        self.largest_ms = 0.0

    def record(self, milliseconds: float) -> None:
        bucket = math.floor(math.log(max(milliseconds, _SMALLEST_MS)) / _LOG_GROWTH)
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1
        self.count += 1
        self.total_ms += milliseconds
        self.largest_ms = max(self.largest_ms, milliseconds)

    def merge(self, other: Self) -> None:
        for bucket, count in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + count
        self.count += other.count
        self.total_ms += other.total_ms
        self.largest_ms = max(self.largest_ms, other.largest_ms)

    def percentile(self, q: float) -> float | None:
        """Milliseconds that a share q (0 to 1) of the values does not exceed; None when nothing was recorded."""
        return self._ranked(max(1, math.ceil(q * self.count)))

    def interval(self, q: float) -> tuple[float | None, float | None]:
        """The 95 % confidence interval of a percentile, from order statistics; None where samples do not reach.

        Requests that follow each other are not independent, so the true interval is somewhat wider.
        """
        middle, spread = q * self.count, _Z_95 * math.sqrt(self.count * q * (1 - q))
        return self._ranked(math.floor(middle - spread)), self._ranked(math.ceil(middle + spread) + 1)

    def _ranked(self, rank: int) -> float | None:
        if not 1 <= rank <= self.count:
            return None
        seen = 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= rank:
                return float(GROWTH ** (bucket + 0.5))
        return None

    def to_json(self) -> dict[str, object]:
        return {
            "count": self.count,
            "total_ms": round(self.total_ms, 3),
            "largest_ms": round(self.largest_ms, 3),
            "buckets": {str(bucket): count for bucket, count in sorted(self.buckets.items())},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Self:
        """Raise ValueError when the count and the buckets disagree: a damaged file must not be judged."""
        read, buckets = cls(), stored["buckets"]
        if not isinstance(buckets, dict):
            raise TypeError("a stored histogram has no buckets")
        read.buckets = {int(bucket): int(count) for bucket, count in buckets.items()}
        read.count = sum(read.buckets.values())
        if read.count != stored["count"]:
            raise ValueError(f"the buckets hold {read.count} values, the file says {stored['count']}")
        read.total_ms, read.largest_ms = float(str(stored["total_ms"])), float(str(stored["largest_ms"]))
        return read


def merged(parts: Iterable[Histogram]) -> Histogram:
    whole = Histogram()
    for part in parts:
        whole.merge(part)
    return whole
