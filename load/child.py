"""The generator, a process of its own: `python -m load.child`, a spec as one line of JSON in, lines of JSON out.

Locust replaces sockets and threads of the process that imports it, so no other part of the harness may share it.
"""

import locust  # noqa: F401 - the first import: what opens a socket or a thread before it would keep the unpatched ones

# isort: split

import json
import signal
import sys
from pathlib import Path
from typing import Any

import gevent

from load import floor as floors
from load import folder, telling
from load.page import Page
from load.part import Line, Part


def main() -> int:
    spec: dict[str, Any] = json.loads(sys.stdin.readline())
    directory = Path(spec["directory"])
    floor = floors.measured(spec)
    part = _part(spec, directory)
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, part.stop)
    gevent.signal_handler(signal.SIGUSR1, part.stop_at_gate)
    outcome = part.generate(_tell) | floor
    folder.keep_generated(directory, part.run.measures.to_json(), outcome)
    telling.say({"type": "end", "interrupted": outcome["interrupted"]})
    return 0


def _part(spec: dict[str, Any], directory: Path) -> Part:
    if not spec.get("ui_port"):
        return Part(spec, directory)
    page = Page(spec["url"], spec["ui_port"])
    part = Part(spec, directory, page.hear)
    page.show(lambda: part.run.in_flight, part.stop)
    return part


def _tell(part: Part, measured: list[Line]) -> None:
    telling.second(part.profile, part.elapsed_s, part.counts(), part.payments_p95_ms())
    for line in measured:
        telling.say(line)


if __name__ == "__main__":
    sys.exit(main())
