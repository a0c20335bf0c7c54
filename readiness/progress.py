"""What a person sees while suites run: a live table on a terminal, plain lines elsewhere."""

import time
from collections.abc import Sequence
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from readiness.schedule import Run, State

HEARTBEAT_S = 20.0
STYLES: dict[State, str] = {
    "waiting": "dim",
    "running": "cyan",
    "finished": "green",
    "crashed": "bold red",
    "timed_out": "bold red",
    "interrupted": "yellow",
    "not_run": "dim",
}


class Progress:
    """Context manager whose `show` is called a few times a second."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=4, transient=True) if console.is_terminal else None
        self._told: dict[str, State] = {}
        self._beat = self._began = time.monotonic()

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, runs: Sequence[Run]) -> None:
        if self._live is not None:
            self._live.update(_table(runs, time.monotonic() - self._began))
        self._tell_changes(runs)

    def _tell_changes(self, runs: Sequence[Run]) -> None:
        late = time.monotonic() - self._beat > HEARTBEAT_S
        for run in runs:
            changed = self._told.get(run.suite.name, "waiting") != run.state
            plain = self._live is None and (changed or (late and run.state == "running" and run.seconds > 1))
            ended = run.state not in {"waiting", "running"}
            if plain or (changed and ended):
                self._console.print(_sentence(run), markup=False, highlight=False)
            self._told[run.suite.name] = run.state
        if late:
            self._beat = time.monotonic()


def _sentence(run: Run) -> str:
    name = f"{run.suite.name:<10}"
    if run.state == "running" and not run.lines:
        return f"{name} started" if run.seconds < 1 else f"{name} running   {run.seconds:4.0f} s"
    if not run.was_asked:
        return f"{name} left out: it proves nothing of what is judged"
    undecided = "to go" if run.state == "running" else "unknown"
    counts = f"{run.count('pass')} passed, {run.count('fail')} failed, {run.count('unknown')} {undecided}"
    return f"{name} {run.state.replace('_', ' '):<9} {run.seconds:4.0f} s   {counts}   {run.problem}".rstrip()


def _table(runs: Sequence[Run], elapsed_s: float) -> Table:
    table = Table(title=f"Assay: {elapsed_s:.0f} s", title_justify="left", box=None, pad_edge=False)
    table.add_column("suite")
    table.add_column("state")
    for heading in ("passed", "failed", "undecided", "seconds"):
        table.add_column(heading, justify="right")
    for run in runs:
        figures = [str(run.count("pass")), str(run.count("fail")), str(run.count("unknown")), f"{run.seconds:.0f}"]
        state = run.state.replace("_", " ")
        table.add_row(
            run.suite.name, state, *(figures if run.state != "waiting" else [""] * 4), style=STYLES[run.state]
        )
    return table
