"""What a run measured: for each phase and verb how long people waited, how long the system worked, and what failed."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Self

from load.histogram import Histogram, merged

# Verbs that ask the payment processor while the caller waits; they have a limit of their own.
PAYMENT_VERBS: Final = frozenset({"pay", "refund", "subscribe", "preview", "upgrade", "cancel", "uncancel"})


@dataclass(slots=True)
class Series:
    """One verb in one phase. `waited` counts from the planned moment, `service` from the request's own start."""

    waited: Histogram = field(default_factory=Histogram)
    service: Histogram = field(default_factory=Histogram)
    errors: int = 0
    statuses: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        histograms = {"waited": self.waited.to_json(), "service": self.service.to_json()}
        return histograms | {"errors": self.errors, "statuses": dict(self.statuses)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        read = [Histogram.from_json(stored[name]) for name in ("waited", "service")]
        return cls(read[0], read[1], int(stored["errors"]), Counter(stored["statuses"]))


class Measures:
    def __init__(self) -> None:
        self.phases: defaultdict[str, defaultdict[str, Series]] = defaultdict(lambda: defaultdict(Series))

    def record(
        self, phase: str, verb: str, *, waited_ms: float, service_ms: float, status: int, expected: bool
    ) -> None:
        series = self.phases[phase][verb]
        series.waited.record(waited_ms)
        series.service.record(service_ms)
        series.statuses[str(status)] += 1
        series.errors += not expected

    def of(self, phases: Iterable[str], *, payments: bool | None = None) -> Series:
        """All verbs of the phases together; only those that move money, or only the others, when asked."""
        chosen = [
            series
            for phase in phases
            for verb, series in self.phases.get(phase, {}).items()
            if payments is None or (verb in PAYMENT_VERBS) is payments
        ]
        return added(chosen)

    def verbs(self, phases: Iterable[str]) -> dict[str, Series]:
        names = {verb for phase in phases for verb in self.phases.get(phase, {})}
        found = {verb: [self.phases[phase][verb] for phase in phases if verb in self.phases[phase]] for verb in names}
        return {verb: added(parts) for verb, parts in sorted(found.items())}

    def to_json(self) -> dict[str, Any]:
        return {
            phase: {verb: series.to_json() for verb, series in verbs.items()} for phase, verbs in self.phases.items()
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        read = cls()
        for phase, verbs in stored.items():
            for verb, series in verbs.items():
                read.phases[phase][verb] = Series.from_json(series)
        return read


def added(parts: list[Series]) -> Series:
    statuses: Counter[str] = Counter()
    for part in parts:
        statuses.update(part.statuses)
    waited, service = merged(part.waited for part in parts), merged(part.service for part in parts)
    return Series(waited, service, sum(part.errors for part in parts), statuses)
