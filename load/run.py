"""One load run from its order to its verdict. Whatever happens, a result file says what did."""

import platform
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import psutil

from fixtures.bench import Bench
from fixtures.client import Auditor, Session
from fixtures.emulator import Emulator
from fixtures.mailbox import Mailbox
from load import crowd, ending, evidence, folder, preflight, report, snapshot
from load.attribution.sampler import sampling
from load.command import Order, RefusedError, ordered_or_exit
from load.comparison import environment
from load.generating import generator
from load.judge import judge
from load.machine import Usage
from load.nemesis.plan import planned
from load.nemesis.striking import Nemesis, striking
from load.progress import Progress


@dataclass(frozen=True, slots=True)
class System:
    """What the run needs of the system that it loads; a foreign one may show no processor and no mailbox."""

    url: str
    auditor: Auditor
    emulator: Emulator | None
    mailbox: Mailbox | None
    database_url: str | None
    bench: Bench | None


def main(arguments: list[str]) -> int:
    order = ordered_or_exit(arguments)
    began = time.monotonic()
    with ending.on_signals():
        try:
            ending.announce(order)
            if order.evidence:
                evidence.announce(order.evidence, order.profile.name)
            _make(order, arguments)
            folder.release(order.out)
            result = judge(order.out)
            if order.evidence:
                evidence.hand_over(order.evidence, result, order.out, time.monotonic() - began)
        except (Exception, ending.EndedError) as error:  # noqa: BLE001 - the result file says what happened, whatever it was
            return ending.broken(order, error)
    print(report.text(result))  # noqa: T201 - the command's own words
    print(f"The report is {order.out / folder.REPORT}; judge it again: python -m load.judge {order.out}")  # noqa: T201 - same
    return int(result["exit_code"])


def _make(order: Order, arguments: list[str]) -> None:
    """Leave in the folder all that a judge needs."""
    folder.write(order.out / folder.RUN, _about(order, arguments))
    progress = Progress(order.profile)
    need = preflight.Need.of(order.profile, order.crew.all)
    rows = _checked(order, preflight.of_machine(need, preflight.read_machine(need, order.out)))
    first = "" if order.crew.is_alone else f"waiting for {order.crew.all} workers, then "
    progress.say(first + ("starting the system" if order.target is None else f"reaching {order.target.url}"))
    with generator(order.out, order.crew) as made, _system(order) as system:
        served = preflight.read_system(system.database_url, system.auditor.session.expires_in_s)
        rows = _checked(order, rows + preflight.of_system(need, served))
        for doubt in preflight.doubtful(rows):
            progress.say(f"a limit is near: {doubt}")
        progress.say(f"signing up {order.profile.users} people")
        name = str(order.seed) if order.target is None else f"{order.seed}-{time.time_ns()}"
        students = crowd.sign_up(system.url, name, order.profile.users)
        people = crowd.spec_of(students, system.auditor.session, crowd.packs(system.url), crowd.plans(system.url))
        settings = {"url": system.url, "profile": order.profile.to_json(), "directory": str(order.out)}
        asked = {"seed": order.seed, "crowd": name, "floor_s": preflight.floor_s(order.profile)}
        if order.ui_port:
            progress.say(f"Locust's page is at http://127.0.0.1:{order.ui_port}")
        before = Usage.now()
        with sampling(order.out, system.database_url) as sampler, _faults(order, system) as nemesis:

            def told(line: Mapping[str, Any]) -> None:
                for each in (sampler, nemesis):
                    if each is not None:
                        each.hear(line)
                progress.tick(line)

            made.generate(settings | people | asked | {"ui_port": order.ui_port}, told)
        folder.write(order.out / folder.MACHINE, Usage.now().since(before))
        progress.say("waiting until nothing moves")
        folder.write(order.out / folder.SNAPSHOT, _rest(system, order, students))


def _rest(system: System, order: Order, students: list[Session]) -> dict[str, Any]:
    """What every side says when nothing moves any more, or that nobody is there to say it."""
    emails = {each.account.account_id: each.account.email for each in students}
    try:
        before_rest = snapshot.entries_by_id(system.auditor)
        moving = snapshot.settle(system.auditor, system.emulator, system.mailbox, order.profile.settle_s)
        taken = snapshot.take(system.auditor, system.emulator, system.mailbox, emails)
        return taken | {"moving": moving, "entries_before": before_rest}
    except httpx.TransportError as error:
        return snapshot.unread(ending.unanswered(error), emails)


def _checked(order: Order, rows: list[preflight.Row]) -> list[preflight.Row]:
    """Keep what was found. Raises RefusedError when the load cannot be made."""
    folder.write(order.out / folder.PREFLIGHT, preflight.to_json(rows))
    if (refused := preflight.refusal(rows)) is not None:
        raise RefusedError(refused)
    return rows


def _faults(order: Order, system: System) -> AbstractContextManager[Nemesis | None]:
    plan = order.profile.nemesis
    if plan is None:
        return nullcontext()
    assert system.bench is not None, "an order for faults on a target was refused"
    return striking(order.out, system.bench, planned(plan, order.seed))


@contextmanager
def _system(order: Order) -> Iterator[System]:
    if order.target is not None:
        target = order.target
        with crowd.auditor_of(target.url, target.auditor_email, target.auditor_password) as auditor:
            yield System(target.url, auditor, None, None, None, None)
        return
    has_faults = order.profile.nemesis is not None
    started = Bench.start(
        seed=order.seed,
        defect=order.defect,
        durable=has_faults,  # a PostgreSQL of its own, to be killed
        networked=has_faults,
        log_dir=order.out / folder.LOGS,
        hears="handled",
    )
    with (
        started as bench,
        crowd.auditor_of(bench.url, bench.auditor.email, bench.auditor.password) as auditor,
    ):
        yield System(bench.url, auditor, bench.stripe, bench.mailbox, bench.database_url, bench)


def _about(order: Order, arguments: list[str]) -> dict[str, Any]:
    return {
        "profile": order.profile.to_json(),
        "command": f"python -m load {shlex.join(arguments)}",
        "seed": order.seed,
        "own_system": order.target is None,
        "target": "a system of its own" if order.target is None else order.target.url,
        "began_at": datetime.now(UTC).isoformat(timespec="seconds"),  # noqa: TID251 - when the run was made, for its reader
        "python": platform.python_version(),
        "environment": environment.of_this_machine(),
        "machine": f"{platform.machine()}, {psutil.cpu_count()} cores, {psutil.virtual_memory().total // 2**30} GiB",
        "shared": "the generator, the system, PostgreSQL and the emulated processor shared these cores",
    }
