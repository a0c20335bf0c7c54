"""The emulator's speed, and whether it keeps it: the hundred-thousandth payment must cost what the first did.

Figures are per second of the emulator's own CPU, so that the client does not count. `python -m fixtures.stripe.bench`
asks one emulator from its first payment to its last; here the last are held beside the first of a fresh one, because a
machine that grows busy in between would be taken for an emulator that grew slow.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, Final

from fixtures.stripe.bench import TARGET_LAST_TO_FIRST, TARGET_PER_CORE_SECOND, Server, pay, server

_SLICE: Final = 1000  # the kernel counts CPU in hundredths of a second: of fewer payments it would tell too little


class _Emulator:
    """A running emulator and the number of its next payment, for each payment has a key of its own."""

    def __init__(self, running: Server) -> None:
        self._running = running
        self._next = count()

    def cpu_s_of(self, payments: int) -> float:
        before, first = self._running.cpu_s(), next(self._next) * 1_000_000
        asyncio.run(pay(self._running.port, range(first, first + payments)))
        return self._running.cpu_s() - before

    @property
    def resident_mib(self) -> int:
        return round(self._running.process.memory_info().rss / 2**20)


def measured(*, payments: int, filling_s: float = 60.0) -> dict[str, Any]:
    """The last tenth of `payments` in one emulator, slice by slice beside the first tenth in a fresh one.

    A machine too busy to make that many payments in `filling_s` makes fewer, and the result says how many.
    """
    size = min(_SLICE, payments // 10 // 4)
    with server() as one:
        full = _Emulator(one)
        made = _filled(full, payments - payments // 10, filling_s)
        with server() as other:
            fresh = _Emulator(other)
            fresh.cpu_s_of(size)  # the first calls pay for imports and caches
            pairs = [_side_by_side(full, fresh, size, turned=bool(each % 2)) for each in range(payments // 10 // size)]
        memory = full.resident_mib
    return {
        "payments": made + len(pairs) * size,
        "per_core_second": round(size / statistics.median(first for _last, first in pairs)),
        "per_core_second_at_the_end": round(size / statistics.median(last for last, _first in pairs)),
        "last_over_first": round(statistics.median(first / last for last, first in pairs), 3),
        "resident_mib": memory,
        "slices_cpu_s": pairs,
    }


def _filled(emulator: _Emulator, payments: int, within_s: float) -> int:
    deadline, made = time.monotonic() + within_s, 0
    while made < payments and time.monotonic() < deadline:
        portion = min(2 * _SLICE, payments - made)
        emulator.cpu_s_of(portion)
        made += portion
    return made


def table(figures: Mapping[str, Any]) -> Iterator[str]:
    speed, kept = figures["per_core_second"], figures["last_over_first"]
    later, payments = figures["per_core_second_at_the_end"], figures["payments"]
    yield f"  {speed} per core-second (aim: {TARGET_PER_CORE_SECOND} or more)"
    yield f"  {later} per core-second in the last of {payments}, beside a fresh one: {kept:.2f} of its speed"
    yield f"  (aim: {TARGET_LAST_TO_FIRST} or more); {figures['resident_mib']} MiB resident at the end"


def _side_by_side(full: _Emulator, fresh: _Emulator, payments: int, *, turned: bool) -> tuple[float, float]:
    if turned:
        first, last = fresh.cpu_s_of(payments), full.cpu_s_of(payments)
    else:
        last, first = full.cpu_s_of(payments), fresh.cpu_s_of(payments)
    return last, first
