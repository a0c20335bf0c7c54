"""What people came for, against each fault that met them: served, degraded, refused cleanly, or broken.

A request belongs to a fault when it began before the fault had healed and ended after it had begun. Wrong money is no
cell: the books are asked over the whole run.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

from load.nemesis.seen import Burnt, Request
from load.operations import HANG_S

Cell = Literal["served", "degraded", "refused", "broken", "-"]
LONG_S = 0.5
"""An answer that took longer than this, the limit of payments in every profile, was not served as usual."""
_CLEAN = frozenset({HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(slots=True)
class Met:
    """How the requests of one verb that met one fault ended."""

    counts: Counter[str] = field(default_factory=Counter)
    longest_s: float = 0.0

    @property
    def cell(self) -> Cell:
        if self.counts["broken"]:
            return "broken"
        if self.counts["refused"]:
            return "refused"
        if self.counts["unanswered"] or self.counts["slow"]:
            return "degraded"
        return "served" if self.counts["fine"] else "-"

    def to_json(self) -> dict[str, Any]:
        return {"cell": self.cell, "longest_s": round(self.longest_s, 3), **dict(self.counts)}


def kind_of(request: Request) -> str:
    """A connection that broke is no dirty answer: whoever was killed cannot speak. A 5xx other than 503 is."""
    took_s = request.end_s - request.began_s
    if took_s >= HANG_S:
        return "broken"
    if request.http is None:
        return "unanswered"
    if request.http in _CLEAN:
        return "refused"
    if request.http >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "broken"
    return "slow" if took_s > LONG_S else "fine"


def matrix(faults: Sequence[Burnt], requests: Iterable[Request]) -> dict[str, dict[str, Met]]:
    """By fault and verb. Faults come one after the other, so that a request meets few of them."""
    found: dict[str, defaultdict[str, Met]] = {each.fault: defaultdict(Met) for each in faults}
    for request in requests:
        kind = kind_of(request)
        for fault in faults:
            if request.began_s <= fault.ended_s and request.end_s >= fault.began_s:
                met = found[fault.fault][request.verb]
                met.counts[kind] += 1
                if request.http is not None:
                    met.longest_s = max(met.longest_s, request.end_s - request.began_s)
    return {fault: dict(verbs) for fault, verbs in found.items()}


def felt(verbs: Mapping[str, Met]) -> int:
    """How many requests did not end as they do in peace."""
    return sum(sum(met.counts.values()) - met.counts["fine"] for met in verbs.values())


def recovered_after_s(fault: Burnt, requests: Sequence[Request]) -> float | None:
    """Seconds from a fault's end to the first request that began after it and ended well; None if there is none."""
    ends = (each.end_s for each in requests if each.began_s >= fault.ended_s and kind_of(each) in {"fine", "slow"})
    first = min(ends, default=None)
    return None if first is None else first - fault.ended_s
