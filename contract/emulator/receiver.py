"""A merchant's webhook endpoint: keeps what it is sent and answers as the test says."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from typing import Final

import orjson

from fixtures.ports import LOOPBACK, reserve_port

WAIT_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt, as it came in."""

    body: bytes
    signature: str
    status: int

    @property
    def event_id(self) -> str:
        return str(orjson.loads(self.body)["id"])

    @property
    def event_type(self) -> str:
        return str(orjson.loads(self.body)["type"])


class Receiver:
    """`replies` are the statuses of the next attempts; when they are used up, that of the event's type, or 200.

    An answer takes the next of `takes_s` seconds.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.replies: list[int] = []
        self.by_type: dict[str, int] = {}
        self.takes_s: Iterator[float] = repeat(0.0)
        self._deliveries: list[Delivery] = []
        self._arrived = threading.Condition()

    def take(self, body: bytes, signature: str) -> int:
        time.sleep(next(self.takes_s))
        with self._arrived:
            kind = str(orjson.loads(body)["type"])
            status = self.replies.pop(0) if self.replies else self.by_type.get(kind, 200)
            self._deliveries.append(Delivery(body, signature, status))
            self._arrived.notify_all()
            return status

    def wait_for(self, count: int, kind: str = "") -> list[Delivery]:
        """The deliveries whose event type starts with `kind`, once there are `count`; AssertionError after 15 s."""
        with self._arrived:
            enough = self._arrived.wait_for(lambda: len(self._matching(kind)) >= count, WAIT_S)
            got = self._matching(kind)
        assert enough, f"{len(got)} of {count} deliveries of {kind or 'any type'} came in {WAIT_S:g} s: {got}"
        return got

    def received(self, kind: str = "") -> list[Delivery]:
        with self._arrived:
            return self._matching(kind)

    def _matching(self, kind: str) -> list[Delivery]:
        return [delivery for delivery in self._deliveries if delivery.event_type.startswith(kind)]


@contextmanager
def receiver() -> Iterator[Receiver]:
    with reserve_port() as port:
        taken = Receiver(f"http://{LOOPBACK}:{port.number}/hooks")
        server = _Server((LOOPBACK, port.number), _handler(taken))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield taken
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    """A connection that finds the usual queue of five full tries again after a second, or three."""


def _handler(taken: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(taken.take(body, self.headers.get("Stripe-Signature", "")))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet: the test says what matters."""

    return Handler
