"""Send people on their way at the planned moments, however the system answers.

When nobody is free the arrival is dropped and counted: a run that dropped has not made the load that it promises.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import gevent
from gevent.pool import Group

from load.arrivals import Arrival
from load.histogram import Histogram
from load.users import JOURNEYS
from load.visit import Person, Run, Visit


@dataclass(slots=True)
class Tally:
    """Arrivals by phase, and how late each left."""

    planned: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    started: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    dropped: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lateness: Histogram = field(default_factory=Histogram)
    cut_short: bool = False
    stopped_at_s: float | None = None


class Dispatcher:
    def __init__(self, run: Run, people: dict[str, list[Person]]) -> None:
        self.tally = Tally()
        self._run = run
        self._free = people
        self._underway = Group()
        self._stopped = False

    def stop(self) -> None:
        """No further arrival; those under way may end."""
        self._stopped = True

    def stop_at_gate(self) -> None:
        """The same, and in order: what was made until now is judged."""
        if self.tally.stopped_at_s is None:
            self.tally.stopped_at_s = round(time.perf_counter() - self._run.began, 3)
        self.stop()

    def dispatch(self, plan: Iterable[Arrival]) -> None:
        for arrival in plan:
            self._wait_for(self._run.began + arrival.due_s)
            if self._stopped:
                self.tally.cut_short = self.tally.stopped_at_s is None
                return
            self._start(arrival)

    def wait_until(self, elapsed_s: float) -> None:
        self._wait_for(self._run.began + elapsed_s)

    def drain(self, within_s: float) -> int:
        """Let the visits under way end; the number of those that did not."""
        self._underway.join(timeout=within_s)
        return len(self._underway)

    def _wait_for(self, moment: float) -> None:
        """In steps, so that a request to stop is heard in a long gap too."""
        while not self._stopped and (left := moment - time.perf_counter()) > 0:
            gevent.sleep(min(left, 0.25))

    def _start(self, arrival: Arrival) -> None:
        self.tally.planned[arrival.phase] += 1
        free = self._free[_kind(arrival.journey)]
        self._run.seconds.arrive(time.perf_counter() - self._run.began, dropped=not free)
        if not free:
            self.tally.dropped[arrival.phase] += 1
            return
        self.tally.started[arrival.phase] += 1
        # The one who has rested longest: everybody's history grows alike.
        self._underway.start(gevent.Greenlet(self._visit, free.pop(0), arrival, free.append))

    def _visit(self, person: Person, arrival: Arrival, release: Callable[[Person], None]) -> None:
        late = time.perf_counter() - self._run.began - arrival.due_s
        self.tally.lateness.record(1000 * max(0.0, late))
        try:
            JOURNEYS[arrival.journey](Visit(self._run, person, arrival, arrival.phase))
        except Exception as error:  # noqa: BLE001 - a broken journey is a broken harness: reported, and no run is judged on it
            self._run.crashes.append(f"{arrival.journey}: {type(error).__name__}: {error}")
        finally:
            release(person)


def _kind(journey: str) -> str:
    """Students and visitors are the same people, with or without their accounts; auditors are not."""
    return "auditor" if journey.startswith("auditor.") else "student"
