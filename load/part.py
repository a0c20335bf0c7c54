"""One process's part of a run: its people, its share of the arrivals, and what it saw of both.

Imported only inside a generator's own process, after Locust.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import gevent
import locust

from fixtures.client import Auditor, Member, Visitor
from fixtures.client.accounts import Session
from fixtures.client.catalogue import Item
from fixtures.client.decoding import decode
from fixtures.client.subscriptions import Plan
from load import folder
from load.arrivals import planned
from load.dispatch import Dispatcher
from load.history import History
from load.measures import Measures
from load.probe import Probe
from load.profile import Profile
from load.transport import Heard, KeepAliveTransport
from load.visit import Person, Run
from load.workers.share import Share, Spec, share_of

DRAIN_S: Final = (
    35.0  # above the transport's timeout: a request is cut off by its own limit, never by the end of the run
)
ASK_AGAIN_S: Final = 20.0

Outcome = dict[str, Any]
Line = dict[str, Any]
Tell = Callable[["Part", list[Line]], None]
"""Told once a second, and once more at the end, with what each second measured that is over since."""


class Part:
    """`run.began` is set anew by whoever decides when the run begins."""

    def __init__(self, spec: Spec, directory: Path, heard: Heard | None = None) -> None:
        self.profile = Profile.from_json(spec["profile"])
        self.share = share_of(spec)
        self._history = History(directory / folder.HISTORY, header(spec))
        packs = [decode(Item, item) for item in spec["packs"]]
        plans = [decode(Plan, plan) for plan in spec["plans"]]
        self.run = Run(time.perf_counter(), self._history, Measures(), packs, plans, spec["seed"], spec["crowd"])
        self._dispatcher = Dispatcher(self.run, _people(spec, self.share, heard))

    def stop(self) -> None:
        """No further arrival; those under way may end."""
        self._dispatcher.stop()

    def stop_at_gate(self) -> None:
        """The same, and in order: what was made until now is judged."""
        self._dispatcher.stop_at_gate()

    def generate(self, tell: Tell) -> Outcome:
        """Make this part of the load, and close the history."""
        with self._history:
            probe = Probe()
            telling = gevent.spawn(self._tell, tell, probe)
            self._dispatcher.dispatch(self.share.of_plan(planned(self.profile.phases, self.profile.mix, self.run.seed)))
            self._dispatcher.wait_until(self.profile.seconds)
            unfinished = self._dispatcher.drain(DRAIN_S)
            unanswered = _ask_again(self.run)
            probe.stop()
            telling.kill()
            tell(self, self._measured(self.elapsed_s + 1))  # the last second too, which has only begun
        return self._outcome(probe) | {"unfinished": unfinished, "unanswered": unanswered}

    def counts(self) -> dict[str, int]:
        """What can be added up over the parts of a run."""
        tally = self._dispatcher.tally
        arrivals = {"planned": sum(tally.planned.values()), "dropped": sum(tally.dropped.values())}
        return arrivals | {"ended": self.run.ended, "errors": self.run.errors, "in_flight": self.run.in_flight}

    def payments_p95_ms(self) -> float | None:
        phases = [phase.name for phase in self.profile.phases]
        return self.run.measures.of(phases, payments=True).waited.percentile(0.95)

    @property
    def elapsed_s(self) -> float:
        return time.perf_counter() - self.run.began

    def _tell(self, tell: Tell, probe: Probe) -> None:
        while True:
            gevent.sleep(1 - self.elapsed_s % 1)
            if probe.is_orphan or self.run.crashes:  # nobody would judge what is still to come
                self.stop()
            tell(self, self._measured(self.elapsed_s))

    def _measured(self, until_s: float) -> list[Line]:
        return [second.to_line(number) for number, second in self.run.seconds.over(until_s, self.run.in_flight)]

    def _outcome(self, probe: Probe) -> Outcome:
        tally = self._dispatcher.tally
        return {
            "workers_expected": 1,
            "workers_finished": 1,
            "paid": dict(self.run.paid),
            "planned": dict(tally.planned),
            "started": dict(tally.started),
            "dropped": dict(tally.dropped),
            "lateness": tally.lateness.to_json(),
            "hub_lag": probe.hub_lag.to_json(),
            "cpu": probe.cpu,
            "interrupted": tally.cut_short,
            "stopped_at_s": tally.stopped_at_s,
            "crashes": self.run.crashes[:20],
        }


def header(spec: Spec) -> dict[str, Any]:
    """What the first line of a history says of its run."""
    emails = {each["account"]["account_id"]: each["account"]["email"] for each in spec["students"]}
    return {"seed": spec["seed"], "profile": spec["profile"]["name"], "emails": emails, "locust": locust.__version__}


def _people(spec: Spec, share: Share, heard: Heard | None) -> dict[str, list[Person]]:
    url, students, auditors = spec["url"], spec["students"], spec["auditors"]
    return {
        "student": [_person(share.student(n), url, each, heard) for n, each in enumerate(students)],
        "auditor": [_person(share.auditor(n, len(auditors)), url, each, heard) for n, each in enumerate(auditors)],
    }


def _person(name: str, url: str, stored: dict[str, Any], heard: Heard | None) -> Person:
    session, transport = decode(Session, stored), KeepAliveTransport(url, heard)
    roles = Member(transport, session), Auditor(transport, session)
    return Person(name, session.account.email, Visitor(transport), *roles)


def _ask_again(run: Run) -> int:
    """Ask once more for every request whose outcome stayed open; the number of those that nobody can answer."""
    deadline = time.monotonic() + ASK_AGAIN_S
    while run.questions and time.monotonic() < deadline:
        run.questions = [each for each in run.questions if each.ask_again().is_open]
        gevent.sleep(0.5 if run.questions else 0)
    return len(run.questions)
