"""What several workers measured and counted, added up to what one would have."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from load.arrivals import planned
from load.histogram import Histogram, merged
from load.measures import Measures, added
from load.profile import Profile
from load.workers.share import Share

Outcome = Mapping[str, Any]

_BY_PHASE: Final = ("paid", "planned", "started", "dropped")
_CRASHES: Final = 20


def measures(stored: Iterable[Mapping[str, Any]]) -> Measures:
    whole = Measures()
    for each in stored:
        for phase, verbs in Measures.from_json(dict(each)).phases.items():
            for verb, series in verbs.items():
                whole.phases[phase][verb] = added([whole.phases[phase][verb], series])
    return whole


def outcome(finished: Sequence[Outcome], expected: int) -> dict[str, Any]:
    """One outcome of those that finished; CPU is the busiest worker's, second by second."""
    added_up = {name: _sums(each[name] for each in finished) for name in _BY_PHASE}
    histograms = {
        name: merged(Histogram.from_json(each[name]) for each in finished).to_json() for name in ("lateness", "hub_lag")
    }
    numbers = {name: sum(each[name] for each in finished) for name in ("unfinished", "unanswered")}
    stopped = [each["stopped_at_s"] for each in finished if each["stopped_at_s"] is not None]
    rest = {
        "workers_expected": expected,
        "workers_finished": len(finished),
        "cpu": [max(second) for second in zip_longest(*(each["cpu"] for each in finished), fillvalue=0.0)],
        "interrupted": any(each["interrupted"] for each in finished),
        "stopped_at_s": min(stopped, default=None),
        "crashes": [crash for each in finished for crash in each["crashes"]][:_CRASHES],
    }
    return added_up | histograms | numbers | rest | _floor(finished)


def _floor(finished: Sequence[Outcome]) -> dict[str, Any]:
    """Of all workers' requests; known only where each has measured its own."""
    floors = [each["floor"] for each in finished if "floor" in each]
    if not floors or len(floors) < len(finished):
        return {}
    waited = merged(Histogram.from_json(each["waited"]) for each in floors)
    return {"floor": {"waited": waited.to_json(), "errors": sum(each["errors"] for each in floors)}}


def _sums(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    whole: Counter[str] = Counter()
    for each in counts:
        whole.update(each)
    return dict(whole)


def with_lost(whole: dict[str, Any], profile: Profile, seed: int, lost: Iterable[Share]) -> dict[str, Any]:
    """Their arrivals were planned too; whoever was to make them is gone, and so none counts as started."""
    counted = Counter(whole["planned"])
    for share in lost:
        counted.update(each.phase for each in share.of_plan(planned(profile.phases, profile.mix, seed)))
    return whole | {"planned": dict(counted)}


def answers(files: Iterable[tuple[Path, float]]) -> list[dict[str, float]]:
    """What answers said of their own time, one line a second; each file with what takes its clock to the lead's."""
    seconds: dict[int, dict[str, float]] = {}
    for path, offset_s in files:
        for line in _lines(path):
            second = round(line.pop("monotonic_s") + offset_s)
            longest_ms = line.pop("longest_ms")
            sums = seconds.setdefault(second, {"monotonic_s": second, "longest_ms": 0.0})
            sums["longest_ms"] = max(sums["longest_ms"], longest_ms)
            for name, value in line.items():
                sums[name] = round(sums.get(name, 0.0) + value, 2)
    return [seconds[second] for second in sorted(seconds)]


def _lines(path: Path) -> list[dict[str, float]]:
    """A worker that was killed while it wrote leaves a torn last line, which says nothing."""
    if not path.is_file():
        return []
    texts = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [json.loads(text) for text in texts if text.endswith("\n")]
