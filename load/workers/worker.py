"""A worker's process: `python -m load.workers.worker --master HOST:PORT` makes its share of a run led elsewhere."""

import locust  # noqa: F401 - the first import: what opens a socket or a thread before it would keep the unpatched ones

# isort: split

import argparse
import json
import os
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import gevent
from locust.env import Environment

from load import floor as floors
from load import folder
from load.part import Line, Part
from load.transport import ANSWERS
from load.workers import messages
from load.workers.code import digest
from load.workers.link import Link, LinkError
from load.workers.wanted import address_of

_BROKEN: Final = 3
_REACH_S: Final = 5.0
_PIECE: Final = 256 * 1024

Said = dict[str, Any]


class Worker:
    """`local` is the name by which the lead started it; None for one that came from elsewhere."""

    def __init__(self, link: Link, local: str | None) -> None:
        self._link = link
        self._local = local
        self._is_near = local is not None  # its clock and its disk are the lead's
        self._offset_s = 0.0
        self._sent: dict[str, int] = {}

    def work(self) -> None:
        """Raises LinkError when the lead has nothing to do for it, or is gone."""
        self._offset_s, error_s = (0.0, 0.0) if self._is_near else self._link.clock()
        self._link.say(messages.HELLO, self._about() | {"offset_s": self._offset_s, "clock_error_s": error_s})
        spec = json.loads(self._link.wait_for(messages.SHARE)["spec"])
        with tempfile.TemporaryDirectory(prefix="assay-worker-") as made:
            self._generate(spec, Path(spec["directory"] if self._is_near else made))

    def _about(self) -> Said:
        return {"local": self._local, "host": socket.gethostname(), "pid": os.getpid(), "code": digest()}

    def _generate(self, spec: Said, directory: Path) -> None:
        ANSWERS.move(directory / folder.ANSWERS)
        floor = floors.measured(spec)
        part = Part(spec, directory)
        unable = _unreachable(spec["url"])
        if unable is not None:
            self._link.say(messages.UNABLE, {"reason": unable})
            self._link.wait_for(messages.KEPT)
        for number in (signal.SIGTERM, signal.SIGINT):
            gevent.signal_handler(number, part.stop)
        self._link.say(messages.READY)
        at_s = self._link.wait_for(messages.BEGIN)["at_s"] - self._offset_s
        part.run.began = time.perf_counter() + at_s - time.monotonic()
        shipped = [] if self._is_near else [directory / folder.HISTORY, directory / folder.ANSWERS]
        self._link.listen(messages.STOP, lambda said: part.stop_at_gate() if said["at_gate"] else part.stop())
        outcome = part.generate(lambda part, measured: self._tell(part, measured, shipped)) | floor
        ANSWERS.flush()
        self._ship(shipped)
        result = {"outcome": outcome, "histograms": part.run.measures.to_json()}
        self._link.say(messages.FINISHED, result)
        self._link.wait_for(messages.KEPT)

    def _tell(self, part: Part, measured: list[Line], shipped: list[Path]) -> None:
        if not self._link.is_led:
            part.stop()
        self._link.say(messages.SECOND, {"counts": part.counts(), "measured": measured})
        self._ship(shipped)

    def _ship(self, files: list[Path]) -> None:
        """Send what was written since, so that little is lost with this machine."""
        for path in files:
            if not path.is_file():
                continue
            with path.open("rb") as file:
                file.seek(self._sent.get(path.name, 0))
                while piece := file.read(_PIECE):
                    self._link.say(messages.HISTORY, {"name": path.name, "bytes": piece})
                    self._sent[path.name] = file.tell()


def _unreachable(url: str) -> str | None:
    """Whether this machine reaches the target at all, found out before any request is counted."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), timeout=_REACH_S).close()
    except OSError as error:
        return f"it does not reach {url} ({error}); give a --target that every worker reaches"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m load worker", description=__doc__)
    parser.add_argument("--master", required=True, metavar="HOST:PORT")
    parser.add_argument("--local", metavar="NAME", help=argparse.SUPPRESS)
    given = parser.parse_args()
    environment = Environment(user_classes=[])
    link = None
    try:
        link = Link(environment, *address_of(given.master))
        Worker(link, given.local).work()
    except LinkError as error:
        sys.stderr.write(f"load worker: {error}\n")
        return _BROKEN
    finally:
        if link is not None:
            link.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
