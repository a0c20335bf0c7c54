"""A worker's side of the talk with its lead. Imported only inside a worker's own process, after Locust."""

import os
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

from gevent.queue import Empty, Queue
from locust.env import Environment
from locust.runners import WorkerRunner

from load.workers import messages

_PINGS: Final = 8

Said = dict[str, Any]


class LinkError(Exception):
    """The lead is gone, or has nothing to do for this worker; the text says which."""


class Link:
    """Raises LinkError when nobody leads at that address; Locust tries for some minutes."""

    def __init__(self, environment: Environment, host: str, port: int) -> None:
        self._parent = os.getppid()
        self._heard: defaultdict[str, Queue] = defaultdict(Queue)
        self._alive_at = time.monotonic()
        events: Any = environment.events
        events.heartbeat_received.add_listener(self._note_heartbeat)
        try:
            self._runner: WorkerRunner = environment.create_worker_runner(host, port)
        except ConnectionError:
            raise LinkError(f"nobody leads at {host}:{port}: start the run there, or correct --master") from None
        self._alive_at = time.monotonic()
        for word in (messages.CLOCK, messages.SHARE, messages.BEGIN, messages.KEPT, messages.DISMISSED):
            self._runner.register_message(word, self._hear)

    def say(self, word: str, content: Said | None = None) -> None:
        self._runner.send_message(word, content)

    def listen(self, word: str, told: Callable[[Said], None]) -> None:
        """Act at once on what the lead may say while this worker does something else."""
        self._runner.register_message(word, lambda *, environment, msg: told(msg.data))  # noqa: ARG005 - as Locust calls it

    def wait_for(self, word: str) -> Said:
        """Raises LinkError rather than wait for somebody who is gone."""
        while True:
            self.check()
            try:
                content: Said = self._heard[word].get(timeout=0.25)
            except Empty:
                continue
            return content

    def check(self) -> None:
        """Raises LinkError when there is nothing to do any more."""
        if not self._heard[messages.DISMISSED].empty():
            raise LinkError(self._heard[messages.DISMISSED].get()["reason"])
        if not self.is_led:
            raise LinkError("the lead of this run is gone")

    @property
    def is_led(self) -> bool:
        is_orphan = os.getppid() != self._parent
        return not is_orphan and time.monotonic() - self._alive_at < messages.SILENT_S

    def clock(self) -> tuple[float, float]:
        """Seconds that take this machine's clock to the lead's, and how wrong they may be: half the shortest way."""
        asked = []
        for number in range(_PINGS):
            sent = time.monotonic()
            self.say(messages.CLOCK, {"number": number})
            answer = self.wait_for(messages.CLOCK)
            came = time.monotonic()
            asked.append(((came - sent) / 2, answer["monotonic_s"] - (sent + came) / 2))
        error_s, offset_s = min(asked)
        return offset_s, error_s

    def close(self) -> None:
        """Let what was said still leave this process, and nothing wait for an answer."""
        self._runner.greenlet.kill(block=False)
        client: Any = self._runner.client
        client.close(linger=2000)

    def _note_heartbeat(self, **_about: Any) -> None:  # noqa: ANN401 - as Locust calls it
        self._alive_at = time.monotonic()

    def _hear(self, *, environment: object, msg: Any) -> None:  # noqa: ANN401, ARG002 - as Locust calls it
        self._heard[msg.type].put(msg.data)
