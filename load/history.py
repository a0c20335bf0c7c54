"""What the clients did and what they were told: one JSON line before a request is sent, one when it has ended.

Faults that were made on purpose stand in it too, as `info` of a process of their own.

The rule of endings is Jepsen's. `ok` only for a complete, valid success. `fail` only for a reply that proves that
nothing happened. Everything else - a timeout, a broken connection, a 5xx, "uncertain" - is `info`: it may have
happened, and the judge has to find out. Who saw an `info` goes on under a new name, since that request may still run.
"""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, Self

import orjson

End = Literal["ok", "fail", "info"]
Phase = Literal["start", "heir", "end", "over"]
NEMESIS: Final = "nemesis"
"""The process of whoever makes the faults; `over` is the phase of its last line."""

# Of these refusals the request, or another attempt of it, may still take effect.
_UNDECIDED = frozenset({408, 409, 425, 429})
_UNCERTAIN = 202
_CONFLICT = 409
_IN_PROGRESS = "idempotency-in-progress"


def ending(status: int, problem: str | None = None) -> End:
    """The end that an HTTP status proves; 0 stands for no complete reply. `problem` is what a refusal calls itself.

    A conflict leaves it open only while another attempt with the same key is under way; every other one, such as that
    there is a subscription already, is final.
    """
    if status == _CONFLICT and problem is not None:
        return "info" if problem == _IN_PROGRESS else "fail"
    if 200 <= status < 300:  # noqa: PLR2004 - the classes of RFC 9110
        return "info" if status == _UNCERTAIN else "ok"
    if 400 <= status < 500 and status not in _UNDECIDED:  # noqa: PLR2004 - same
        return "fail"
    return "info"


class History:
    """Append to a history file. Each line is one unbuffered write: a killed generator loses none that it finished."""

    def __init__(self, path: Path, header: Mapping[str, Any]) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644)
        self._began = time.monotonic()
        self._lines = 0
        self._write({"type": "start", "monotonic_s": round(self._began, 6), **header})

    def invoke(self, process: str, verb: str, intent: str, value: Mapping[str, Any]) -> None:
        self._write({"p": process, "type": "invoke", "f": verb, "intent": intent, "value": value})

    def end(self, process: str, verb: str, intent: str, end: End, result: Mapping[str, Any]) -> None:
        self._write({"p": process, "type": end, "f": verb, "intent": intent, **result})

    def strike(self, fault: str, phase: Phase, value: Mapping[str, Any], *, at_s: float | None = None) -> None:
        """`at_s` by the monotonic clock, for what was so a moment ago and no line has told of since; None is now."""
        self._write({"p": NEMESIS, "type": "info", "f": fault, "phase": phase, "value": value}, at_s)

    def close(self) -> None:
        """The last line says that the history is whole: a judge must not take a torn file for a quiet run."""
        self._write({"type": "end"})
        os.close(self._file)

    def _write(self, line: Mapping[str, Any], at_s: float | None = None) -> None:
        now_s = time.monotonic() if at_s is None else at_s
        stamped = {"i": self._lines, "t": round(now_s - self._began, 6), **line}
        os.write(self._file, orjson.dumps(stamped, option=orjson.OPT_APPEND_NEWLINE))
        self._lines += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class TornHistoryError(Exception):
    """The file ends before its last line, or lines are missing inside: it cannot be judged."""


def header(path: Path) -> dict[str, Any]:
    """The first line. Raises TornHistoryError where it is no beginning."""
    with path.open("rb") as lines:
        first = _parsed(lines.readline(), 0)
    if first["type"] != "start":
        raise TornHistoryError(f"line 0 is no beginning: {str(first)[:120]}")
    return first


def read(path: Path) -> Iterator[dict[str, Any]]:
    """What people did, one line at a time. Raises TornHistoryError for a file that is not whole."""
    return (line for line in entries(path) if line["p"] != NEMESIS)


def strikes(path: Path) -> Iterator[dict[str, Any]]:
    """The beginnings and ends of faults. Raises TornHistoryError."""
    return (line for line in entries(path) if line["p"] == NEMESIS)


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """The lines between start and end. Raises TornHistoryError."""
    ended = False
    with path.open("rb") as lines:
        for number, text in enumerate(lines):
            line: dict[str, Any] = _parsed(text, number)
            if ended or (number == 0) != (line["type"] == "start"):
                raise TornHistoryError(f"line {number} stands where it cannot: {_shown(text)}")
            ended = line["type"] == "end"
            if number and not ended:
                yield line
    if not ended:
        raise TornHistoryError("the history has no last line: the generator was killed while it wrote")


def _parsed(text: bytes, number: int) -> dict[str, Any]:
    try:
        line: dict[str, Any] = orjson.loads(text)
        found = line["i"]
    except (ValueError, KeyError, TypeError):
        raise TornHistoryError(f"line {number} is not an entry: {_shown(text)}") from None
    if found != number:
        raise TornHistoryError(f"line {number} carries number {found}: lines were lost or added")
    return line


def _shown(text: bytes) -> str:
    return text[:120].decode(errors="replace")
