"""CPU, memory and descriptors of the processes of a run, by what they are."""

import sys
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import psutil

from load.machine import name_of

_LOOK_FOR_NEW_EVERY: Final = 5  # samples: to walk through the machine's processes costs more than to read ours


@dataclass(slots=True)
class _Known:
    process: psutil.Process
    kind: str
    cpu_s: float | None = None


@dataclass(slots=True)
class Processes:
    """This process and all that it started. A PostgreSQL that was there before is not among them, nor is a target."""

    _known: dict[int, _Known] = field(default_factory=dict)
    _taken: int = 0
    # The soft limit of one process of each kind; a kind whose limit cannot be read is left out.
    descriptors_limit: dict[str, int] = field(default_factory=dict)

    def sample(self, passed_s: float) -> dict[str, dict[str, Any]]:
        """By kind: cores used (all, and by the busiest process), resident MiB, descriptors, processes."""
        if self._taken % _LOOK_FOR_NEW_EVERY == 0:
            self._look()
        self._taken += 1
        kinds: defaultdict[str, list[tuple[float | None, float, int | None]]] = defaultdict(list)
        for known in list(self._known.values()):
            try:
                row = _read(known, passed_s)
            except psutil.NoSuchProcess:
                del self._known[known.process.pid]
            else:
                kinds[known.kind].append(row)
        return {kind: _together(rows) for kind, rows in kinds.items()}

    def _look(self) -> None:
        me = psutil.Process()
        for process in [me, *me.children(recursive=True)]:
            if process.pid not in self._known:
                with suppress(psutil.Error):
                    kind = name_of(process)
                    self._known[process.pid] = _Known(process, kind)
                    if sys.platform == "linux":
                        self.descriptors_limit[kind] = process.rlimit(psutil.RLIMIT_NOFILE)[0]


def _read(known: _Known, passed_s: float) -> tuple[float | None, float, int | None]:
    with known.process.oneshot():
        used = sum(known.process.cpu_times()[:2])
        share = None if known.cpu_s is None else max(0.0, used - known.cpu_s) / passed_s
        known.cpu_s = used
        try:
            descriptors = known.process.num_fds()
        except psutil.AccessDenied:
            descriptors = None
        return share, known.process.memory_info().rss / 2**20, descriptors


def _together(rows: Iterable[tuple[float | None, float, int | None]]) -> dict[str, Any]:
    shares, memory, descriptors = zip(*rows, strict=True)
    measured = [each for each in shares if each is not None]
    return {
        "cores": round(sum(measured), 3) if measured else None,
        "busiest": round(max(measured), 3) if measured else None,
        "rss_mib": round(sum(memory), 1),
        "descriptors": None if None in descriptors else sum(descriptors),
        "processes": len(shares),
    }
