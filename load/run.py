"""One load run from its order to its verdict. Whatever happens, a result file says what did."""

import platform
import shlex
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final

import psutil

from fixtures.bench import Bench
from fixtures.client import Auditor
from fixtures.emulator import Emulator
from fixtures.mailbox import Mailbox
from load import crowd, evidence, folder, report, snapshot
from load.attribution.sampler import sampling
from load.command import Order, ordered_or_exit
from load.comparison import environment
from load.findings import EXIT_CODES
from load.generating import GeneratorError, generator
from load.judge import UnjudgeableError, judge
from load.machine import Usage
from load.progress import Progress

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class EndedError(BaseException):
    """Somebody asked this run to end. Not an Exception: nothing on the way may take it for a fault and go on."""


@dataclass(frozen=True, slots=True)
class System:
    """What the run needs of the system that it loads; a foreign one may show no processor and no mailbox."""

    url: str
    auditor: Auditor
    emulator: Emulator | None
    mailbox: Mailbox | None
    database_url: str | None


def main(arguments: list[str]) -> int:
    order = ordered_or_exit(arguments)
    folder.prepare(order.out)
    if order.evidence:
        evidence.announce(order.evidence, order.profile.name)
    began = time.monotonic()
    try:
        with _ending_on_signals():
            _make(order, arguments)
            result = judge(order.out)
            if order.evidence:
                evidence.hand_over(order.evidence, result, order.out, time.monotonic() - began)
    except (Exception, EndedError) as error:  # noqa: BLE001 - the result file has to say what happened, whatever it was
        return _broken(order, error)
    print(report.text(result))  # noqa: T201 - the command's own words
    print(f"The report is {order.out / folder.REPORT}; judge it again: python -m load.judge {order.out}")  # noqa: T201 - same
    return int(result["exit_code"])


def _make(order: Order, arguments: list[str]) -> None:
    """Leave in the folder all that a judge needs."""
    folder.write(order.out / folder.RUN, _about(order, arguments))
    progress = Progress(order.profile)
    first = "" if order.crew.is_alone else f"waiting for {order.crew.all} workers, then "
    progress.say(first + ("starting the system" if order.target is None else f"reaching {order.target.url}"))
    with generator(order.out, order.crew) as made, _system(order) as system:
        progress.say(f"signing up {order.profile.users} people")
        name = str(order.seed) if order.target is None else f"{order.seed}-{time.time_ns()}"
        students = crowd.sign_up(system.url, name, order.profile.users)
        people = crowd.spec_of(students, system.auditor.session, crowd.packs(system.url), crowd.plans(system.url))
        settings = {"url": system.url, "profile": order.profile.to_json(), "directory": str(order.out)}
        before = Usage.now()
        with sampling(order.out, system.database_url) as sampler:

            def told(line: Mapping[str, Any]) -> None:
                sampler.hear(line)
                progress.tick(line)

            made.generate(settings | people | {"seed": order.seed, "crowd": name}, told)
        folder.write(order.out / folder.MACHINE, Usage.now().since(before))
        progress.say("waiting until nothing moves")
        moving = snapshot.settle(system.auditor, system.emulator, system.mailbox, order.profile.settle_s)
        emails = {each.account.account_id: each.account.email for each in students}
        taken = snapshot.take(system.auditor, system.emulator, system.mailbox, emails)
        folder.write(order.out / folder.SNAPSHOT, taken | {"moving": moving})


@contextmanager
def _system(order: Order) -> Iterator[System]:
    if order.target is not None:
        target = order.target
        with crowd.auditor_of(target.url, target.auditor_email, target.auditor_password) as auditor:
            yield System(target.url, auditor, None, None, None)
        return
    with (
        Bench.start(seed=order.seed, defect=order.defect, log_dir=order.out / folder.LOGS, hears="handled") as bench,
        crowd.auditor_of(bench.url, bench.auditor.email, bench.auditor.password) as auditor,
    ):
        yield System(bench.url, auditor, bench.stripe, bench.mailbox, bench.database_url)


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


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    def end(number: int, _frame: FrameType | None) -> None:
        raise EndedError(f"ended by {signal.Signals(number).name}")

    before = {number: signal.signal(number, end) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _broken(order: Order, error: BaseException) -> int:
    reason = str(error) or type(error).__name__
    if not isinstance(error, EndedError | GeneratorError | UnjudgeableError | crowd.NoWayInError):
        traceback.print_exception(error)
    result: Mapping[str, Any] = {
        "schema": 1,
        "verdict": "BROKEN",
        "exit_code": EXIT_CODES["BROKEN"],
        "profile": order.profile.to_json(),
        "reason": reason,
    }
    _write_or_say(order.out / folder.RESULT, result)
    print(f"load {order.profile.name}: BROKEN. {reason}", file=sys.stderr)  # noqa: T201 - the command's own words
    return EXIT_CODES["BROKEN"]


def _write_or_say(path: Path, result: Mapping[str, Any]) -> None:
    try:
        folder.write(path, result)
    except OSError as error:
        print(f"load: the result file could not be written: {error}", file=sys.stderr)  # noqa: T201 - same
