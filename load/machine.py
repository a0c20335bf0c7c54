"""Who used the machine while it measured. Work that is none of ours makes every wait longer, and nobody's fault."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import psutil

# What a process is, by a word of its command line; the first that fits.
_NAMES: Final = {
    "postgres: ": "PostgreSQL",  # its own workers are none of the system's
    "load.child": "generator",
    "load.workers.worker": "generator",
    "fixtures.stripe": "emulated processor",
    " serve": "application",
    " worker": "worker",
    "postgres": "PostgreSQL",
}


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of CPU since the machine, or each process, started. Another machine's theft of ours counts as busy."""

    busy_s: float
    total_s: float
    ours_s: Mapping[str, float]

    @classmethod
    def now(cls) -> Self:
        times = psutil.cpu_times()._asdict()
        # A guest's time is counted among the user's and the nice already.
        total = sum(times.values()) - times.get("guest", 0.0) - times.get("guest_nice", 0.0)
        return cls(total - times["idle"] - times.get("iowait", 0.0), total, _ours())

    def since(self, before: Self) -> dict[str, Any]:
        """Shares of the whole machine, and seconds of CPU by kind of process."""
        ours = {name: round(max(0.0, used - before.ours_s.get(name, 0.0)), 2) for name, used in self.ours_s.items()}
        capacity, busy = self.total_s - before.total_s, self.busy_s - before.busy_s
        foreign = max(0.0, busy - sum(ours.values())) / capacity if capacity else 0.0
        return {
            "foreign_share": round(foreign, 3),
            "busy_share": round(busy / capacity, 3) if capacity else 0.0,
            "cpu_s": ours,
        }


def _ours() -> Mapping[str, float]:
    """This process and all that it started. A PostgreSQL that was there before is not among them."""
    used: defaultdict[str, float] = defaultdict(float)
    me = psutil.Process()
    for process in [me, *me.children(recursive=True)]:
        try:
            used[name_of(process)] += sum(process.cpu_times()[:2])
        except psutil.Error:  # it ended while it was looked at
            continue
    # Of the processes that come and go during a run, the generator is the one that uses any CPU to speak of.
    used["generator"] += me.cpu_times().children_user + me.cpu_times().children_system
    return used


def name_of(process: psutil.Process) -> str:
    line = " ".join(process.cmdline())
    return next((name for word, name in _NAMES.items() if word in line), "harness")
