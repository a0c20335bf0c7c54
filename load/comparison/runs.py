"""A run as one point of a comparison: a few statistics, each the smaller the better, and what it was made on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from load import folder, limits
from load.comparison.environment import fingerprint
from load.measures import Measures, Series
from load.profile import Profile


class UnusableError(Exception):
    """Nothing can be compared; the text names the run or the field, and the way out."""


@dataclass(frozen=True, slots=True)
class Run:
    """A statistic that a run has too few samples of is not among its own.

    `disturbed` when other work filled the machine, which makes everything slower, and nobody's fault.
    """

    name: str
    fingerprint: Mapping[str, Any]
    statistics: Mapping[str, float]
    disturbed: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(stored["name"], stored["fingerprint"], stored["statistics"], stored["disturbed"])


def read(directory: Path) -> Run:
    """From the folder of a judged run. Raises UnusableError for one whose speed nobody can vouch for."""
    needed = (folder.RUN, folder.RESULT, folder.HISTOGRAMS, folder.MACHINE)
    missing = [name for name in needed if not (directory / name).is_file()]
    if missing:
        raise UnusableError(f"{directory} holds no judged run: {', '.join(missing)} is missing")
    result = folder.read(directory / folder.RESULT)
    if result["verdict"] == "BROKEN":
        raise UnusableError(f"{directory} broke: make that run again")
    if result["trust"]["state"] == "INVALID":
        reasons = "; ".join(result["trust"]["reasons"])
        raise UnusableError(f"{directory} has no figures to compare ({reasons}): make that run again")
    run = folder.read(directory / folder.RUN)
    measures = Measures.from_json(folder.read(directory / folder.HISTOGRAMS))
    profile = Profile.from_json(run["profile"])
    # Two builds that were stopped at different rates waited under different loads.
    stopped = result.get("generator", {}).get("stopped_at_s") is not None
    waited = {} if stopped else _latencies(profile, measures)
    found = waited | _cpu(directory, run, measures) | _capacity(directory)
    return Run(str(directory), fingerprint(run), found, result["trust"].get("disturbed", False))


def _latencies(profile: Profile, measures: Measures) -> dict[str, float]:
    phases = limits.judged_phases(profile)
    found: dict[str, float] = {}
    for name, payments in (("payments", True), ("calls", False)):
        series = measures.of(phases, payments=payments)
        if series.waited.count >= profile.limits.minimum_samples:
            found |= {f"{name}_p50_ms": _waited(series, 0.5), f"{name}_p95_ms": _waited(series, 0.95)}
    return found


def _waited(series: Series, q: float) -> float:
    milliseconds = series.waited.percentile(q)
    assert milliseconds is not None, "a percentile of samples is there"
    return milliseconds


def _cpu(directory: Path, run: Mapping[str, Any], measures: Measures) -> dict[str, float]:
    """Of the application, for each request: what other work on the machine disturbs least."""
    requests = measures.of(measures.phases).waited.count
    seconds = folder.read(directory / folder.MACHINE)["cpu_s"].get("application", 0.0)
    return {"cpu_ms_per_request": 1000 * seconds / requests} if run["own_system"] and requests and seconds else {}


def _capacity(directory: Path) -> dict[str, float]:
    """Turned around, so that it too is the better the smaller."""
    path = directory / folder.CAPACITY
    capacity = folder.read(path)["capacity_per_s"] if path.is_file() else None
    return {"ms_per_request_at_capacity": 1000 / capacity} if capacity else {}
