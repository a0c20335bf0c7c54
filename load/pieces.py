"""Pieces of a history as one, in the order in which things happened: those of several workers, that of the faults.

What somebody wrote is not written anew: a line keeps its text, and gets its number and its time in the whole. The
histories of workers that were lost end early; all that stands in them belongs to the whole, and what has no end there
may have happened.
"""

import heapq
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from load import history

_LINE: Final = re.compile(rb'\{"i":(\d+),"t":([-+.eE\d]+),(.*\})\n')
_START: Final = b'"type":"start"'
_END: Final = b'"type":"end"}'
_OF_A_START: Final = frozenset({"i", "t", "type", "monotonic_s"})


@dataclass(frozen=True, slots=True)
class Line:
    at_s: float  # by the lead's clock
    text: bytes  # all that follows number and time


@dataclass(slots=True)
class Piece:
    """One writer's file. `offset_s` takes its clock to the lead's; `whole` is known once the lines were read."""

    path: Path
    offset_s: float = 0.0
    whole: bool = False

    def lines(self) -> Iterator[Line]:
        """What stands between the first line and the last, up to the first that is torn."""
        self.whole = False
        if not self.path.is_file():
            return
        with self.path.open("rb") as file:
            began_s = self._began_s(file.readline())
            if began_s is None:
                return
            for number, text in enumerate(file, 1):
                found = _LINE.fullmatch(text)
                if found is None or int(found[1]) != number:
                    return
                if found[3] == _END:
                    self.whole = not file.readline()
                    return
                yield Line(began_s + float(found[2]), found[3])

    def _began_s(self, first: bytes) -> float | None:
        found = _LINE.fullmatch(first)
        if found is None or not found[3].startswith(_START):
            return None
        return float(json.loads(first)["monotonic_s"]) + self.offset_s


def merge(pieces: Sequence[Piece], path: Path, header: Mapping[str, Any], began_s: float) -> None:
    """Write the whole history; afterwards each piece knows whether it was whole. `began_s` is by the lead's clock."""
    start = {"i": 0, "t": 0.0, "type": "start", "monotonic_s": round(began_s, 6), **header}
    number, at_s = 0, began_s
    with path.open("wb") as whole:
        whole.write(json.dumps(start, separators=(",", ":")).encode() + b"\n")
        for number, line in enumerate(heapq.merge(*(each.lines() for each in pieces), key=_at_s), 1):
            at_s = line.at_s
            whole.write(b'{"i":%d,"t":%.6f,%b\n' % (number, at_s - began_s, line.text))
        whole.write(b'{"i":%d,"t":%.6f,%b\n' % (number + 1, at_s - began_s, _END))


def fold_in(piece: Path, path: Path) -> None:
    """Put all of a piece into the history, and remove it. Raises TornHistoryError, with both as they were."""
    about = history.header(path)
    began_s = float(about["monotonic_s"])
    both = [Piece(path), Piece(piece)]
    unfinished = path.with_suffix(".part")
    merge(both, unfinished, {name: value for name, value in about.items() if name not in _OF_A_START}, began_s)
    if torn := [each.path.name for each in both if not each.whole]:
        unfinished.unlink()
        raise history.TornHistoryError(f"{', '.join(torn)} has no last line")
    unfinished.replace(path)
    piece.unlink()


def _at_s(line: Line) -> float:
    return line.at_s


def without_end(piece: Piece) -> int:
    """How many requests of a history were begun and never ended."""
    begun: dict[tuple[str, str, str], int] = {}
    for line in piece.lines():
        said = json.loads(b"{" + line.text)
        attempt = (said["p"], said["f"], said["intent"])
        begun[attempt] = begun.get(attempt, 0) + (1 if said["type"] == "invoke" else -1)
    return sum(begun.values())
