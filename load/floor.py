"""The instrument's floor: what people seem to wait where an answer takes no time at all.

Measured before the run by the same process, with the same people and the profile's highest rate, against a server that
it holds within itself. The server's own share of the processor is in the figure, which therefore errs to the high side.
Imported only inside a generator's own process, after Locust.
"""

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import gevent
from gevent.server import StreamServer
from gevent.socket import socket as Socket  # noqa: N812 - a class, named as one

from load.part import Part
from load.profile import Phase, Profile
from load.workers.share import Spec

SECONDS: Final = "floor_s"
"""The key of a spec that asks for it, with how long."""
_BODY: Final = json.dumps({"items": [], "next_cursor": None}).encode()
_HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(_BODY)
_END: Final = b"\r\n\r\n"  # of a request without a body


def measured(spec: Spec) -> dict[str, Any]:
    """For the outcome of this process: nothing where nobody asked, else the waits and how many requests went wrong."""
    if not spec.get(SECONDS):
        return {}
    profile = _still(Profile.from_json(spec["profile"]), spec[SECONDS])
    with _echo() as url, TemporaryDirectory(prefix="assay-floor-") as made:
        part = Part({**spec, "url": url, "profile": profile.to_json()}, Path(made))
        part.generate(lambda _part, _lines: None)
    seen = part.run.measures.of([phase.name for phase in profile.phases])
    del part
    gevent.sleep(0)
    gc.collect()  # its connections hang in circles, and would be open, or be closed, in the middle of the run
    return {"floor": {"waited": seen.waited.to_json(), "errors": seen.errors}}


def _still(profile: Profile, lasting_s: float) -> Profile:
    """The same people at the highest rate, who only look around."""
    highest = max(rate for phase in profile.phases for rate in (phase.rate(0), phase.rate(phase.seconds)))
    phase = Phase("floor", lasting_s, highest, judged=True)
    return replace(profile, phases=(phase,), mix={"visitor.look_around": 1.0}, gates=())


@contextmanager
def _echo() -> Iterator[str]:
    server = StreamServer(("127.0.0.1", 0), _answer, backlog=4096)
    server.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.stop(timeout=1)


def _answer(connection: Socket, _address: object) -> None:
    unread = b""
    with suppress(OSError):
        while received := connection.recv(65_536):
            *whole, unread = (unread + received).split(_END)
            connection.sendall((_HEAD + _BODY) * len(whole))
