"""What a person who waits wants to see: how far it is, how fast it goes, what went wrong so far."""

import sys
from collections.abc import Mapping
from typing import Any, Final

from load.profile import Profile

_EVERY_S: Final = 5


class Progress:
    """Overwrites one line of a terminal; where nobody looks, a line every five seconds."""

    def __init__(self, profile: Profile) -> None:
        self._name = profile.name
        self._seconds = profile.seconds
        self._is_terminal = sys.stdout.isatty()
        self._told = 0

    def say(self, what: str) -> None:
        self._print(f"load {self._name}: {what} …\n", over=True)

    def tick(self, line: Mapping[str, Any]) -> None:
        if line["type"] == "stop":
            self.say(f"stopped by its gate, {line['gate']}: {line['because']}; letting who is under way end")
        if line["type"] != "second":
            return
        self._told += 1
        if self._is_terminal or self._told % _EVERY_S == 0:
            self._print(self._second(line) + ("" if self._is_terminal else "\n"), over=self._is_terminal)

    def _second(self, line: Mapping[str, Any]) -> str:
        p95 = line["payments_p95_ms"]
        waited = "-" if p95 is None else f"{p95:.0f} ms"
        return (
            f"load {self._name}: {line['elapsed_s']:.0f} of {self._seconds:.0f} s, {line['phase']}: "
            f"{line['planned']} arrivals, {line['dropped']} dropped, {line['ended']} requests, "
            f"{line['errors']} errors, {line['in_flight']} under way, payments p95 {waited}{_lost(line)}"
        )

    def _print(self, text: str, *, over: bool) -> None:
        sys.stdout.write(("\r\x1b[K" if over and self._is_terminal else "") + text)
        sys.stdout.flush()


def _lost(line: Mapping[str, Any]) -> str:
    return f", {line['lost']} WORKERS LOST" if line.get("lost") else ""
