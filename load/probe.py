"""The generator watches itself while it works: how late its loop wakes, how much of its core it uses."""

import os
import time
from typing import Final

import gevent
import psutil

from load.histogram import Histogram

TICK_S: Final = 0.02


class Probe:
    """Runs in the generator's process; end it with `stop`."""

    def __init__(self) -> None:
        self.hub_lag = Histogram()
        self.cpu: list[float] = []
        self._process = psutil.Process()
        self._parent = os.getppid()
        self._running = True
        self._tasks = [gevent.spawn(self._measure_lag), gevent.spawn(self._measure_cpu)]

    @property
    def is_orphan(self) -> bool:
        """Whether the command that started this generator is gone: nobody would judge what it goes on to send."""
        return os.getppid() != self._parent

    def stop(self) -> None:
        self._running = False
        gevent.joinall(self._tasks, timeout=2)

    def _measure_lag(self) -> None:
        while self._running:
            asleep = time.perf_counter()
            gevent.sleep(TICK_S)
            self.hub_lag.record(max(0.0, time.perf_counter() - asleep - TICK_S) * 1000)

    def _measure_cpu(self) -> None:
        before, at = sum(self._process.cpu_times()[:2]), time.perf_counter()
        while self._running:
            gevent.sleep(1)
            used, now = sum(self._process.cpu_times()[:2]), time.perf_counter()
            self.cpu.append(round((used - before) / (now - at), 3))
            before, at = used, now
