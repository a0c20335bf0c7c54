"""What was the limit? Each resource by how near it came to its own end, the nearest first, with the figures behind it.

A pressure of 1 is the point from which a resource is held to be the limit. The points are stated here, once.
"""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from load.attribution.seen import Seen, Unseen

SATURATED: Final = 0.9  # of one core, for what has one; of all cores, for PostgreSQL
POOL_SHARE: Final = 0.2  # of the requests' time, spent waiting for a connection
PROCESSOR_SHARE: Final = 0.8  # of the requests' time, spent waiting for the payment processor
WAITING_SHARE: Final = 0.25  # of the sessions that are executing, if one on average waits
FULL: Final = 0.98  # of all cores, with whatever work
BACKLOG: Final = 100.0  # jobs that are due
_MOST: Final = 0.75  # of the samples lie below the figure that counts: a limit is where a run stays, not a peak

Json = Mapping[str, Any]
Measured = tuple[float, str]


@dataclass(frozen=True, slots=True)
class Ranked:
    """`pressure` is None for what nobody saw."""

    resource: str
    pressure: float | None
    evidence: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def ranked(seen: Seen) -> list[Ranked]:
    looked = [_look(resource, measure, seen) for resource, measure in _MEASURES.items()]
    return sorted(looked, key=lambda each: -1.0 if each.pressure is None else each.pressure, reverse=True)


def answer(found: Sequence[Ranked]) -> dict[str, Any]:
    """`state` is found, none or unknown: where something was not seen, nothing can be ruled out."""
    open_ = [each.resource for each in found if each.pressure is None]
    first = found[0]
    if first.pressure is not None and first.pressure >= 1:
        more = f" Not seen: {', '.join(open_)}." if open_ else ""
        return {"state": "found", "limit": first.resource, "text": f"{first.resource}: {first.evidence}.{more}"}
    if open_:
        return {"state": "unknown", "limit": None, "text": f"Unknown: not seen were {', '.join(open_)}."}
    text = f"Nothing reached its limit. Nearest came {first.resource}: {first.evidence}."
    return {"state": "none", "limit": None, "text": text}


def _look(resource: str, measure: Callable[[Seen], Measured], seen: Seen) -> Ranked:
    try:
        pressure, evidence = measure(seen)
    except Unseen as why:
        return Ranked(resource, None, str(why))
    return Ranked(resource, round(pressure, 3), evidence)


def _process(kind: str) -> Callable[[Seen], Measured]:
    def measure(seen: Seen) -> Measured:
        share = _stayed(seen.process(kind, "busiest"))
        return share / SATURATED, f"{share:.0%} of one core (saturated from {SATURATED:.0%})"

    return measure


def _database_cpu(seen: Seen) -> Measured:
    used = _stayed(seen.process("PostgreSQL", "cores"))
    text = f"{used:.2f} of {seen.cores} cores, all its processes together (saturated from {SATURATED:.0%})"
    return used / seen.cores / SATURATED, text


def _machine(seen: Seen) -> Measured:
    busy, ours = _stayed(seen.machine()), statistics.fmean(seen.ours())
    text = f"{busy:.0%} of {seen.cores} cores were busy (full from {FULL:.0%}), {ours:.2f} of them with this run's work"
    return busy / FULL, text


def _pool(seen: Seen) -> Measured:
    share = seen.share_of_requests("pool")
    return share / POOL_SHARE, f"{share:.1%} of the requests' time went by waiting for a connection of the pool"


def _waits(column: str, word: str) -> Callable[[Seen], Measured]:
    def measure(seen: Seen) -> Measured:
        waiting, active = statistics.fmean(seen.postgres(column)), statistics.fmean(seen.postgres("active"))
        share = waiting / active if active else 0.0
        text = f"{share:.0%} of the sessions at work waited for {word}, {waiting:.1f} on average"
        return share / WAITING_SHARE * min(1.0, waiting), text

    return measure


def _emulator(seen: Seen) -> Measured:
    """Whatever is known counts; a processor that idles and still makes people wait is slow, not full."""
    share, processor = _stayed(seen.process("emulated processor", "busiest")), seen.share_of_requests("processor")
    text = f"{share:.0%} of one core, and {processor:.0%} of the requests' time went by waiting for it"
    return max(share / SATURATED, processor / PROCESSOR_SHARE), text


def _worker(seen: Seen) -> Measured:
    backlog, share = _stayed(seen.postgres("backlog")), _stayed(seen.process("worker", "busiest"))
    text = f"{backlog:.0f} jobs were due and not begun, and it used {share:.0%} of one core"
    return max(backlog / BACKLOG, share / SATURATED), text


def _stayed(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(_MOST * len(ordered)))]


_MEASURES: Final[Mapping[str, Callable[[Seen], Measured]]] = {
    "application CPU": _process("application"),
    "database CPU": _database_cpu,
    "connection pool": _pool,
    "database locks": _waits("waiting_lock", "a lock"),
    "disk and write-ahead log": _waits("waiting_disk", "the disk or the write-ahead log"),
    "emulated processor": _emulator,
    "worker": _worker,
    "generator": _process("generator"),
    "machine CPU": _machine,
}
