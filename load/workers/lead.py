"""The lead's process: `python -m load.workers.lead` gathers the workers, deals the plan out, makes one run of theirs.

It is to its parent what a lone generator is (see load/child.py), but is told first whom to wait for. It sends no
request of its own to the target.
"""

import locust  # noqa: F401 - the first import: what opens a socket or a thread before it would keep the unpatched ones

# isort: split

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import gevent
from gevent import subprocess
from gevent.fileobject import FileObjectPosix
from locust.env import Environment
from locust.exception import RPCError

from fixtures.ports import LOOPBACK, reserve_port
from load import folder, telling
from load.part import ASK_AGAIN_S, DRAIN_S, header
from load.profile import Profile
from load.workers import kept, messages
from load.workers.crew import Crew, CrewError, Worker, named
from load.workers.kept import Left
from load.workers.share import Spec
from load.workers.wanted import Wanted, address_of

_READY_S: Final = 60.0
_AHEAD_S: Final = 0.5  # from the word to the beginning: longer than the word is under way
_LOOK_EVERY_S: Final = 0.1
_OVER_S: Final = 30.0
_LEAVE_S: Final = 10.0
_ANYWHERE: Final = frozenset({"0.0.0.0", "*"})  # noqa: S104 - recognised, not bound
_NOTHING: Final = {"planned": 0, "dropped": 0, "ended": 0, "errors": 0, "in_flight": 0}


class Lead:
    def __init__(self, wanted: Wanted, directory: Path) -> None:
        self.wanted = wanted
        self._directory = directory
        self._parent = os.getppid()
        self._stopped = self._at_gate = False
        for number in (signal.SIGTERM, signal.SIGINT):
            gevent.signal_handler(number, self._stop)
        gevent.signal_handler(signal.SIGUSR1, self._stop_at_gate)

    def gather(self, crew: Crew) -> None:
        """Wait until all have come. Raises CrewError, which says how many did."""
        for number in range(self.wanted.local):
            crew.local[str(number)] = _started(crew.address, str(number))
        crew.wait_until(lambda: self._is_complete(crew), self.wanted.wait_s, lambda: self._short_of(crew))

    def make(self, crew: Crew, spec: Spec) -> None:
        """Make the load, to its end whoever is lost on the way, and leave what all measured as if one had."""
        crew.deal(spec, self._directory / folder.WORKERS)
        crew.wait_until(lambda: self._is_ready(crew), _READY_S, lambda: _not_ready(crew))
        began_s = time.monotonic() + _AHEAD_S
        crew.say(messages.BEGIN, {"at_s": began_s})
        self._follow(crew, Profile.from_json(spec["profile"]), began_s)
        _dismiss(crew)
        left = [_left(each) for each in crew.workers.values()]
        outcome = kept.gather(self._directory, left, spec, header(spec), began_s)
        telling.say({"type": "end", "interrupted": outcome["interrupted"]})

    def _stop(self) -> None:
        self._stopped = True

    def _stop_at_gate(self) -> None:
        self._at_gate = True

    @property
    def _is_over(self) -> bool:
        return self._stopped or os.getppid() != self._parent

    def _is_complete(self, crew: Crew) -> bool:
        self._check(crew)
        crew.forget_gone()
        return len(crew.workers) >= self.wanted.all

    def _short_of(self, crew: Crew) -> str:
        came = list(crew.workers.values())
        return (
            f"{len(came)} of {self.wanted.all} workers came to {crew.address} within {self.wanted.wait_s:g} s "
            f"({named(came)}): start the others with python -m load worker --master HOST:PORT, or expect fewer"
        )

    def _is_ready(self, crew: Crew) -> bool:
        self._check(crew)
        if gone := crew.gone():
            raise CrewError(f"{named(gone)} left before the beginning: start the run again")
        return all(each.ready for each in crew.workers.values())

    def _check(self, crew: Crew) -> None:
        if self._is_over:
            raise CrewError("the run was ended before it began")
        if any(process.poll() is not None for process in crew.local.values()):
            raise CrewError("a worker of this machine ended before the beginning; generator.log has its last words")

    def _follow(self, crew: Crew, profile: Profile, began_s: float) -> None:
        deadline_s = began_s + profile.seconds + DRAIN_S + ASK_AGAIN_S + _OVER_S
        tell_at_s, told_to_stop = began_s + 1, False
        while crew.underway() and time.monotonic() < deadline_s:
            gevent.sleep(_LOOK_EVERY_S)
            if (self._is_over or self._at_gate) and not told_to_stop:
                crew.say(messages.STOP, {"at_gate": not self._is_over})
                told_to_stop = True
            if time.monotonic() >= tell_at_s:
                _tell(crew, profile, time.monotonic() - began_s)
                tell_at_s += 1


def _left(worker: Worker) -> Left:
    assert worker.share is not None, f"{worker.name} has no share"
    assert worker.directory is not None, f"{worker.name} has no share"
    return Left(
        name=worker.name,
        share=worker.share,
        directory=worker.directory,
        is_near=worker.process is not None,
        result=worker.result,
        offset_s=worker.offset_s,
        clock_error_s=worker.clock_error_s,
    )


def _started(address: str, name: str) -> subprocess.Popen:
    """Its standard input and output are none of the lead's, which speaks through them with its own parent."""
    host, port = address_of(address)
    reached = f"{LOOPBACK if host in _ANYWHERE else host}:{port}"
    command = [sys.executable, "-m", "load.workers.worker", "--master", reached, "--local", name]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def _not_ready(crew: Crew) -> str:
    waiting = [each for each in crew.workers.values() if not each.ready]
    return f"{named(waiting)} did not become ready within {_READY_S:.0f} s"


def _tell(crew: Crew, profile: Profile, elapsed_s: float) -> None:
    """Whoever is gone has nothing under way any more; what he did before counts."""
    gone, counts = crew.gone(), Counter(_NOTHING)
    for worker in crew.workers.values():
        counts.update(worker.counts | ({"in_flight": 0} if worker in gone else {}))
    pids = [process.pid for process in crew.local.values()]
    about = {**counts, "lost": len(gone), "workers": pids}
    telling.second(profile, elapsed_s, about, crew.payments.percentile(0.95))


def _dismiss(crew: Crew) -> None:
    """Nobody goes on sending after the end: neither who finished, nor who was given up."""
    lost = [each for each in crew.workers.values() if each.result is None]
    crew.say(messages.KEPT, {}, to=crew.finished())
    crew.say(messages.DISMISSED, {"reason": "this run is over, and went on without this worker"}, to=lost)
    for worker in lost:
        if worker.process is not None and worker.process.poll() is None:
            worker.process.kill()
    _end(crew.local.values(), _LEAVE_S)


def _end(processes: Iterable[subprocess.Popen], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    for process in processes:
        try:
            process.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _crew(wanted: Wanted) -> Iterator[Crew]:
    """Raises CrewError where nobody can listen."""
    with reserve_port() as port:
        address = wanted.address or f"{LOOPBACK}:{port.number}"
        try:
            runner = Environment(user_classes=[]).create_master_runner(*address_of(address))
        except (SystemExit, RPCError) as error:  # Locust exits where the port is taken
            raise CrewError(f"nobody can listen at {address} ({error}): give another --master") from None
        crew = Crew(runner, wanted, address)
        try:
            yield crew
        finally:
            unsettled = [each for each in crew.workers.values() if each.result is None]
            crew.say(messages.DISMISSED, {"reason": "the run was given up before it began"}, to=unsettled)
            _end(crew.local.values(), 2.0)
            runner.greenlet.kill(block=False)
            server: Any = runner.server
            server.close(linger=1000)


def main() -> int:
    heard = FileObjectPosix(sys.stdin.fileno(), "rb", closefd=False)  # heartbeats go on while it waits for a line
    asked = json.loads(heard.readline())
    lead = Lead(Wanted.from_json(asked["wanted"]), Path(asked["directory"]))
    try:
        with _crew(lead.wanted) as crew:
            lead.gather(crew)
            telling.say({"type": "gathered", "workers": [each.name for each in crew.workers.values()]})
            if spec := heard.readline():
                lead.make(crew, json.loads(spec))
    except CrewError as error:
        telling.say({"type": "refused", "reason": str(error)})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
