"""The workers as their lead knows them: who came, what each has, how far it is, and who is gone."""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import gevent
from gevent.subprocess import Popen
from locust.runners import STATE_MISSING, MasterRunner

from load import folder, telling
from load.histogram import Histogram
from load.workers import messages
from load.workers.code import digest
from load.workers.share import Share, Spec
from load.workers.wanted import Wanted

_LOOK_EVERY_S: Final = 0.05
_SHIPPED: Final = {name: name for name in (folder.HISTORY, folder.ANSWERS)}  # whatever else a stranger calls a file

Said = dict[str, Any]


class CrewError(Exception):
    """The load cannot be begun with these workers; the text says who is missing, and what to do."""


@dataclass(slots=True)
class Worker:
    """`process` is there for a worker of this machine, which shares its clock and its disk."""

    client_id: str
    name: str
    offset_s: float
    clock_error_s: float
    process: Popen | None = None
    share: Share | None = None
    directory: Path | None = None
    ready: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    result: Said | None = None
    silent_since: float | None = None


class Crew:
    def __init__(self, runner: MasterRunner, wanted: Wanted, address: str) -> None:
        self.address = address
        self.workers: dict[str, Worker] = {}
        self.local: dict[str, Popen] = {}
        self.payments = Histogram()
        self._runner = runner
        self._wanted = wanted
        self._digest = digest()
        self._refusals: list[str] = []
        heard: dict[str, Callable[[str, Said], None]] = {
            messages.CLOCK: self._tell_clock,
            messages.HELLO: self._welcome,
            messages.READY: self._mark_ready,
            messages.UNABLE: self._note_unable,
            messages.SECOND: self._hear_second,
            messages.HISTORY: self._keep_history,
            messages.FINISHED: self._hear_result,
        }
        for word, listener in heard.items():
            runner.register_message(word, _listening(listener))

    def wait_until(self, enough: Callable[[], bool], within_s: float, short_of_it: Callable[[], str]) -> None:
        """Raises CrewError when somebody cannot go on, or when the time is up."""
        deadline = time.monotonic() + within_s
        while not enough():
            if self._refusals:
                raise CrewError("; ".join(self._refusals))
            if time.monotonic() >= deadline:
                raise CrewError(short_of_it())
            gevent.sleep(_LOOK_EVERY_S)

    def deal(self, spec: Spec, directory: Path) -> None:
        """Give each its share of the people, and of the plan."""
        for index, worker in enumerate(self.workers.values()):
            worker.share = Share(index, len(self.workers))
            worker.directory = directory / str(index)
            worker.directory.mkdir(parents=True, exist_ok=True)
            shared = {"directory": str(worker.directory)} if worker.process else {}
            dealt = worker.share.of_spec({**spec, "directory": None} | shared)
            self._runner.send_message(messages.SHARE, {"spec": json.dumps(dealt)}, client_id=worker.client_id)

    def forget_gone(self) -> None:
        """Before the beginning: who left can be replaced."""
        for worker in self.gone():
            del self.workers[worker.client_id]

    def say(self, word: str, content: Said, to: Iterable[Worker] | None = None) -> None:
        for worker in self.workers.values() if to is None else to:
            self._runner.send_message(word, content, client_id=worker.client_id)

    def gone(self) -> list[Worker]:
        """Those that have not finished, and from whom nothing more will come."""
        return [each for each in self.workers.values() if each.result is None and self._is_gone(each)]

    def underway(self) -> list[Worker]:
        gone = self.gone()
        return [each for each in self.workers.values() if each.result is None and each not in gone]

    def finished(self) -> list[Worker]:
        return [each for each in self.workers.values() if each.result is not None]

    def _is_gone(self, worker: Worker) -> bool:
        if worker.process is not None and worker.process.poll() is not None:
            return True
        known = self._runner.clients.get(worker.client_id)
        if known is not None and known.state != STATE_MISSING:
            worker.silent_since = None
            return False
        worker.silent_since = worker.silent_since or time.monotonic()
        return time.monotonic() - worker.silent_since > messages.SILENT_S

    def _tell_clock(self, client_id: str, said: Said) -> None:
        answer = said | {"monotonic_s": time.monotonic()}
        self._runner.send_message(messages.CLOCK, answer, client_id=client_id)

    def _welcome(self, client_id: str, said: Said) -> None:
        process = self.local.get(said["local"])
        strangers = sum(each.process is None for each in self.workers.values())
        if process is None and strangers >= self._wanted.elsewhere:
            enough = {"reason": "this run has all the workers that it expects"}
            self._runner.send_message(messages.DISMISSED, enough, client_id=client_id)
            return
        if said["code"] != self._digest:
            self._refusals.append(f"the worker on {said['host']} runs another version: bring both to the same commit")
        name = f"{said['host']}:{said['pid']}"
        self.workers[client_id] = Worker(client_id, name, said["offset_s"], said["clock_error_s"], process)

    def _mark_ready(self, client_id: str, _said: Said) -> None:
        self.workers[client_id].ready = True

    def _note_unable(self, client_id: str, said: Said) -> None:
        self._refusals.append(f"the worker {self.workers[client_id].name} cannot begin: {said['reason']}")

    def _hear_second(self, client_id: str, said: Said) -> None:
        """What a worker measured is handed on as it is: whoever reads adds the workers up, second by second."""
        self.workers[client_id].counts = said["counts"]
        for line in said["measured"]:
            self.payments.merge(Histogram.from_json(line["payments"]))
            telling.say(line)

    def _keep_history(self, client_id: str, said: Said) -> None:
        directory = self.workers[client_id].directory
        assert directory is not None, "a worker writes a history of its share"
        with (directory / _SHIPPED[said["name"]]).open("ab") as kept:
            kept.write(said["bytes"])

    def _hear_result(self, client_id: str, said: Said) -> None:
        self.workers[client_id].result = said


def _listening(listener: Callable[[str, Said], None]) -> Callable[..., None]:
    def heard(*, environment: object, msg: Any) -> None:  # noqa: ANN401, ARG001 - as Locust calls it
        listener(msg.node_id, msg.data)

    return heard


def named(workers: Sequence[Worker]) -> str:
    return ", ".join(each.name for each in workers) or "nobody"
