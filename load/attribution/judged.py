"""The attribution of a run, offline: the ranked answer, what grows, and the picture on the run's own axis."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from load.attribution import ranking, slopes
from load.attribution.seen import Seen, Unseen
from load.findings import Finding, Outcome
from load.profile import Profile

_MEMORY_OF: Final = ("application", "worker", "emulated processor", "generator")
"""PostgreSQL is left out: its processes share memory, which the sum counts again for each."""
_SLOWEST: Final = 5


def attribution(seen: Seen) -> dict[str, Any]:
    found = ranking.ranked(seen)
    return {
        "answer": ranking.answer(found),
        "ranked": [each.to_json() for each in found],
        "slopes": [each.to_json() for each in grown(seen)],
        "slow_statements": _slow(seen),
        "statements": seen.end.get("statements", "nobody asked PostgreSQL"),
        "watch": {"blind": seen.blind, "samples": len(seen.samples), "own_cpu_share": _own_share(seen)},
    }


def steady_s(profile: Profile) -> float:
    """Seconds under one load. Under a load that rises everything grows, and that is no leak: 0."""
    phases = [phase for phase in profile.phases if phase.judged]
    rates = {rate for phase in phases for rate in (phase.rate(0), phase.rate(phase.seconds))}
    return sum(phase.seconds for phase in phases) if len(rates) == 1 else 0.0


def findings(seen: Seen, steady_s: float) -> Iterator[Finding]:
    """For a run that is long enough to show growth; a shorter one was never meant to."""
    if steady_s < slopes.SHORTEST_S:
        return
    for each in grown(seen):
        outcome: Outcome = "fail" if each.outcome == "fail" else "pass" if each.outcome == "pass" else "unknown"
        yield Finding(f"growth of {each.name}", "speed", outcome, each.detail)


def grown(seen: Seen) -> list[slopes.Growth]:
    """By each resource that can run out: memory and descriptors by process, and PostgreSQL's connections."""
    memory = seen.end.get("memory_mib")
    files = seen.end.get("descriptors_limit", {})
    found = [_growth(seen, kind, "rss_mib", "MiB", memory) for kind in _MEMORY_OF]
    found += [_growth(seen, kind, "descriptors", "descriptors", files.get(kind)) for kind in _MEMORY_OF]
    return [*found, _growth(seen, None, "connections", "connections", seen.end.get("connections_limit"))]


def _growth(seen: Seen, kind: str | None, column: str, unit: str, limit: float | None) -> slopes.Growth:
    name = f"{kind or 'PostgreSQL'}, {'memory' if column == 'rss_mib' else column}"
    try:
        values = seen.postgres(column) if kind is None else seen.process(kind, column)
    except Unseen as why:
        return slopes.Growth(name, unit, "unknown", str(why))
    times: Iterable[float] = (each["at_s"] for each in seen.samples)
    return slopes.growth(name, unit, list(zip(times, values, strict=True)), limit)


def _slow(seen: Seen) -> list[dict[str, Any]]:
    """What was seen under way for long, once a second: the longest sight of each statement."""
    longest: dict[str, float] = {}
    for each in seen.samples:
        told = each["postgres"] or {}
        if statement := told.get("longest_statement"):
            longest[statement] = max(longest.get(statement, 0.0), told["longest_s"])
    slowest = sorted(longest.items(), key=lambda each: -each[1])[:_SLOWEST]
    return [{"statement": statement, "seen_for_s": round(seconds, 3)} for statement, seconds in slowest]


def _own_share(seen: Seen) -> float | None:
    watched = seen.end.get("watched_s")
    return round(seen.end["own_cpu_s"] / watched, 4) if watched else None
