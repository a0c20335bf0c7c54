"""Carry the plan out beside the load, in a thread of the generator's parent, and write down each fault as it is made.

Each has a line of the history where it begins, and one where it has healed and says what it bit: `{"p": "nemesis", "f":
"app.killed", "phase": "start", "value": {"number": 0}}` and `{…, "phase": "end", "value": {"number", "unit", "bit"}}`.
Between the two stands what an heir of the database held when it was looked at, `{…, "phase": "heir"}`. The last line of
that process says that the plan was carried out whole. Until the load is over they are their own piece.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from fixtures.bench import Bench
from load import folder, pieces
from load.history import History
from load.nemesis.faults import FAULTS
from load.nemesis.plan import Strike

_LONGEST_HEAL_S: Final = 120.0


class NemesisError(Exception):
    """A fault could not be made, or what it broke could not be mended; the text names it."""


class Nemesis:
    def __init__(self, path: Path, bench: Bench, strikes: Iterable[Strike]) -> None:
        self._path = path
        self._bench = bench
        self._strikes = list(strikes)
        self._began: float | None = None
        self._heard = threading.Event()
        self._ended = threading.Event()
        self._failure: NemesisError | None = None
        self._thread = threading.Thread(target=self._strike_all, name="nemesis", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def hear(self, line: Mapping[str, Any]) -> None:
        """Learn from the generator's lines when its clock began. Raises NemesisError when a fault went wrong."""
        if self._began is None and line["type"] == "second":
            self._began = time.monotonic() - float(line["elapsed_s"])
            self._heard.set()
        if self._failure:
            raise self._failure

    def stop(self) -> None:
        """Let a fault that burns heal. Raises NemesisError when one went wrong."""
        self._ended.set()
        self._heard.set()
        self._thread.join(_LONGEST_HEAL_S)
        if self._thread.is_alive():
            raise NemesisError(f"a fault had not healed {_LONGEST_HEAL_S:.0f} s after the load")
        if self._failure:
            raise self._failure

    def _strike_all(self) -> None:
        with History(self._path, {}) as history:
            self._heard.wait()
            for strike in self._strikes:
                if not self._wait_until(strike.due_s):
                    return
                try:
                    self._strike(history, strike)
                except Exception as error:  # noqa: BLE001 - the run must end, and say of which fault
                    self._failure = NemesisError(f"{strike.fault}: {type(error).__name__}: {error}")
                    return
            history.strike("plan", "over", {"faults": len(self._strikes)})

    def _strike(self, history: History, strike: Strike) -> None:
        number = {"number": strike.number}
        history.strike(strike.fault, "start", number)
        with FAULTS[strike.fault](self._bench) as bite:
            self._ended.wait(strike.burns_s)
        if bite.heir:
            history.strike(strike.fault, "heir", number | bite.heir.to_json(), at_s=bite.heir.at_s)
        history.strike(strike.fault, "end", number | {"unit": bite.unit, "bit": bite.count})

    def _wait_until(self, due_s: float) -> bool:
        assert self._began is not None or self._ended.is_set(), "nobody is waited for before the clock is known"
        began = self._began if self._began is not None else time.monotonic()
        return not self._ended.wait(max(0.0, began + due_s - time.monotonic()))


@contextmanager
def striking(directory: Path, bench: Bench, strikes: Iterable[Strike]) -> Iterator[Nemesis]:
    """The load is made inside of this block. Afterwards its history has the faults too."""
    nemesis = Nemesis(directory / folder.NEMESIS, bench, strikes)
    nemesis.start()
    try:
        yield nemesis
    finally:
        nemesis.stop()
    pieces.fold_in(directory / folder.NEMESIS, directory / folder.HISTORY)
