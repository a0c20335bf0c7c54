"""The generator, a process of its own: `python -m load.child`, a spec as one line of JSON in, lines of JSON out.

Locust replaces sockets and threads of the process that imports it, so no other part of the harness may share it.
"""

import locust  # the first import: what opens a socket or a thread before it would keep the unpatched ones

# isort: split

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import gevent
from locust.env import Environment

from fixtures.client import Auditor, Member, Visitor
from fixtures.client.accounts import Session
from fixtures.client.catalogue import Item
from fixtures.client.decoding import decode
from fixtures.client.subscriptions import Plan
from load.arrivals import planned
from load.dispatch import Dispatcher
from load.history import History
from load.measures import Measures
from load.probe import Probe
from load.profile import Profile
from load.transport import FastHttpTransport
from load.visit import Person, Run

_DRAIN_S = 35.0  # above the transport's timeout: a request is cut off by its own limit, never by the end of the run
_ASK_AGAIN_S = 20.0


def main() -> int:
    spec: dict[str, Any] = json.loads(sys.stdin.readline())
    profile, directory = Profile.from_json(spec["profile"]), Path(spec["directory"])
    environment = Environment(host=spec["url"], user_classes=[])
    environment.create_local_runner()
    people = _people(environment, spec)
    emails = {each["account"]["account_id"]: each["account"]["email"] for each in spec["students"]}
    header = {"seed": spec["seed"], "profile": profile.name, "emails": emails, "locust": locust.__version__}
    with History(directory / "history.jsonl", header) as history:
        packs = [decode(Item, item) for item in spec["packs"]]
        plans = [decode(Plan, plan) for plan in spec["plans"]]
        run = Run(time.perf_counter(), history, Measures(), packs, plans, spec["seed"], spec["crowd"])
        outcome = _drive(run, profile, people)
    (directory / "histograms.json").write_text(json.dumps(run.measures.to_json()), encoding="utf-8")
    (directory / "generator.json").write_text(json.dumps(outcome), encoding="utf-8")
    _say({"type": "end", "interrupted": outcome["interrupted"]})
    return 0


def _people(environment: Environment, spec: dict[str, Any]) -> dict[str, list[Person]]:
    students = [_person(f"s{number}", environment, spec["url"], each) for number, each in enumerate(spec["students"])]
    auditors = [_person(f"a{number}", environment, spec["url"], each) for number, each in enumerate(spec["auditors"])]
    return {"student": students, "auditor": auditors}


def _person(name: str, environment: Environment, url: str, stored: dict[str, Any]) -> Person:
    session, transport = decode(Session, stored), FastHttpTransport(environment, url)
    roles = Member(transport, session), Auditor(transport, session)
    return Person(name, session.account.email, Visitor(transport), *roles)


def _drive(run: Run, profile: Profile, people: dict[str, list[Person]]) -> dict[str, Any]:
    probe, dispatcher = Probe(), Dispatcher(run, people)
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, dispatcher.stop)
    gevent.signal_handler(signal.SIGUSR1, dispatcher.stop_at_gate)
    telling = gevent.spawn(_tell, run, profile, dispatcher, probe)
    dispatcher.dispatch(planned(profile.phases, profile.mix, run.seed))
    dispatcher.wait_until(profile.seconds)
    unfinished = dispatcher.drain(_DRAIN_S)
    unanswered = _ask_again(run)
    probe.stop()
    telling.kill()
    _tell_seconds(run, time.perf_counter() - run.began + 1)  # the last one too, which has only begun
    return _outcome(run, dispatcher, probe) | {"unfinished": unfinished, "unanswered": unanswered}


def _ask_again(run: Run) -> int:
    """Ask once more for every request whose outcome stayed open; the number of those that nobody can answer."""
    deadline = time.monotonic() + _ASK_AGAIN_S
    while run.questions and time.monotonic() < deadline:
        run.questions = [each for each in run.questions if each.ask_again().end == "info"]
        gevent.sleep(0.5 if run.questions else 0)
    return len(run.questions)


def _outcome(run: Run, dispatcher: Dispatcher, probe: Probe) -> dict[str, Any]:
    tally = dispatcher.tally
    return {
        "workers_expected": 1,
        "workers_finished": 1,
        "paid": dict(run.paid),
        "planned": dict(tally.planned),
        "started": dict(tally.started),
        "dropped": dict(tally.dropped),
        "lateness": tally.lateness.to_json(),
        "hub_lag": probe.hub_lag.to_json(),
        "cpu": probe.cpu,
        "interrupted": tally.cut_short,
        "stopped_at_s": tally.stopped_at_s,
        "crashes": run.crashes[:20],
    }


def _tell(run: Run, profile: Profile, dispatcher: Dispatcher, probe: Probe) -> None:
    while True:
        gevent.sleep(1 - (time.perf_counter() - run.began) % 1)
        if probe.is_orphan:
            dispatcher.stop()
        elapsed, tally = time.perf_counter() - run.began, dispatcher.tally
        paid = run.measures.of([phase.name for phase in profile.phases], payments=True).waited.percentile(0.95)
        counts = {"planned": sum(tally.planned.values()), "dropped": sum(tally.dropped.values())}
        state = {"ended": run.ended, "errors": run.errors, "in_flight": run.in_flight, "payments_p95_ms": paid}
        _say(
            {
                "type": "second",
                "pid": os.getpid(),
                "elapsed_s": round(elapsed, 1),
                "phase": _phase_at(profile, elapsed),
                **counts,
                **state,
            }
        )
        _tell_seconds(run, elapsed)


def _tell_seconds(run: Run, elapsed_s: float) -> None:
    for number, second in run.seconds.over(elapsed_s, run.in_flight):
        _say(second.to_line(number))


def _phase_at(profile: Profile, elapsed_s: float) -> str:
    began = 0.0
    for phase in profile.phases:
        began += phase.seconds
        if elapsed_s < began:
            return phase.name
    return "ending"


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
