"""What answers say of their own time (`Server-Timing`), added up by the second, in the generator's process."""

import atexit
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from load import folder

FOLDER: Final = "ASSAY_LOAD_FOLDER"
"""The environment variable by which the parent tells the generator where the run's files are."""
PARTS: Final = ("app", "db", "pool", "processor")


def durations(header: str) -> dict[str, float]:
    """Milliseconds by name. A part without a readable duration is left out: it says nothing."""
    found = {}
    for metric in header.split(","):
        name, *parameters = (each.strip() for each in metric.split(";"))
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.lower() == "dur":
                try:
                    found[name] = float(value.strip('"'))
                except ValueError:
                    continue
    return found


class Answers:
    """One line for each second in which an answer came; the last one is written when the process ends."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._second = -1
        self._sums: dict[str, float] = {}
        if path is not None:
            atexit.register(self.flush)

    @classmethod
    def of_this_run(cls) -> "Answers":
        directory = os.environ.get(FOLDER)
        return cls(Path(directory) / folder.ANSWERS if directory else None)

    def move(self, path: Path) -> None:
        """Write there from now on: a worker among several learns only later where its files belong."""
        self._path = path

    def hear(self, headers: Mapping[str, str], elapsed_s: float) -> None:
        if self._path is None:
            return
        second = int(time.monotonic())
        if second != self._second:
            self.flush()
            self._second, self._sums = second, {"requests": 0, "told": 0, "longest_ms": 0.0, "elapsed_ms": 0.0}
        sums, header = self._sums, headers.get("server-timing")
        sums["requests"] += 1
        sums["elapsed_ms"] += 1000 * elapsed_s
        sums["longest_ms"] = max(sums["longest_ms"], 1000 * elapsed_s)
        if header:
            sums["told"] += 1
            for name, milliseconds in durations(header).items():
                if name in PARTS:
                    sums[f"{name}_ms"] = sums.get(f"{name}_ms", 0.0) + milliseconds

    def flush(self) -> None:
        if self._path is None or not self._sums:
            return
        line: dict[str, Any] = {"monotonic_s": self._second}
        line |= {name: round(value, 2) for name, value in self._sums.items()}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self._sums = {}
