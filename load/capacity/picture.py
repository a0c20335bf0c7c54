"""The capacity in a report: the steps, the law through them, and what each profile needs."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from load.canvas import LEFT, RIGHT, Canvas
from load.capacity.found import need
from load.capacity.usl import Law

_CANVAS: Final = Canvas(top=20)
_POINTS: Final = 80
_LINES: Final = 5
_COLUMNS: Final = {
    "name": "step",
    "arrivals_per_s": "arrivals/s",
    "throughput_per_s": "ended/s",
    "concurrency": "at once",
    "payments_p95_ms": "payments p95, ms",
    "calls_p95_ms": "calls p95, ms",
    "errors_percent": "errors, %",
    "dropped": "dropped",
    "within_limits": "limits",
}


def section(found: Mapping[str, Any] | None) -> str:
    """Nothing for a run without steps."""
    if found is None:
        return ""
    css = "pass" if found["verdict"] == "PASS" else "unknown"
    head = f"<h2>Capacity</h2><p class={css}>{escape(found['reason'])}</p>"
    within = found["within_limits_per_s"]
    held = "No step kept every limit." if within is None else f"Every limit held up to {within:.0f} requests a second."
    needed = "".join(f"<li>{escape(need(each, found))}</li>" for each in found["profiles"])
    return f"{head}<p>{held}</p>{_chart(found)}{_table(found['steps'])}<ul>{needed}</ul>"


def _table(steps: Sequence[Mapping[str, Any]]) -> str:
    if not steps:
        return ""
    head = "".join(f"<th{_side(name)}>{title}</th>" for name, title in _COLUMNS.items())
    rows = "".join(f"<tr>{''.join(_cell(name, each[name]) for name in _COLUMNS)}</tr>" for each in steps)
    return f"<div class=scroll tabindex=0><table><tr>{head}</tr>{rows}</table></div>"


def _side(name: str) -> str:
    return "" if name == "name" else " class=number"


def _cell(name: str, value: object) -> str:
    if isinstance(value, bool):
        value = "held" if value else "broken"
    elif isinstance(value, float):
        value = f"{value:.1f}"
    return f"<td{_side(name)}>{'' if value is None else escape(str(value))}</td>"


def _chart(found: Mapping[str, Any]) -> str:
    steps = found["steps"]
    if not steps:
        return ""
    law, title = _law(found["fit"]), "Requests ended in a second, by how many were under way at once"
    highest = max([*(each["throughput_per_s"] for each in steps), found["capacity_per_s"] or 0.0])
    frame = _Frame(_round_up(max(each["concurrency"] for each in steps)), _round_up(highest))
    inside = [*frame.grid(), *(frame.point(each["concurrency"], each["throughput_per_s"]) for each in steps)]
    inside += [frame.curve(law)] if law else []
    inside += [frame.limit(found["capacity_per_s"], found["fit"]["maximum"])] if found["capacity_per_s"] else []
    return _CANVAS.figure(title, inside)


def _law(stored: Mapping[str, Any] | None) -> Law | None:
    if stored is None:
        return None
    lamda, sigma, kappa = (stored[name]["value"] for name in ("lambda", "sigma", "kappa"))
    return Law((1 - sigma) / lamda, sigma / lamda, kappa / lamda)


def _round_up(value: float) -> float:
    """To one, two or five times a power of ten."""
    power = 10 ** math.floor(math.log10(value))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= value))


@dataclass(frozen=True, slots=True)
class _Frame:
    most_at_once: float
    highest: float

    def x(self, concurrency: float) -> float:
        return _CANVAS.x(concurrency / self.most_at_once)

    def y(self, throughput: float) -> float:
        return _CANVAS.y(min(1.0, throughput / self.highest))

    def grid(self) -> Iterator[str]:
        for part in range(_LINES + 1):
            at_once, throughput = self.most_at_once * part / _LINES, self.highest * part / _LINES
            yield _CANVAS.upright(self.x(at_once), f"{at_once:g}")
            yield _CANVAS.level(self.y(throughput), f"{throughput:g}/s")

    def point(self, concurrency: float, throughput: float) -> str:
        return f"<circle class=waited cx={self.x(concurrency):.1f} cy={self.y(throughput):.1f} r=4 />"

    def curve(self, law: Law) -> str:
        levels = [self.most_at_once * n / _POINTS for n in range(_POINTS + 1)]
        points = " ".join(f"{self.x(n):.1f},{self.y(law.throughput(n)):.1f}" for n in levels)
        return f"<polyline class=service points='{points}' />"

    def limit(self, capacity: float, interval: Mapping[str, float]) -> str:
        at, low, high = (self.y(each) for each in (capacity, interval["low"], interval["high"]))
        band = f"<rect x={LEFT} y={high:.1f} width={RIGHT - LEFT} height={low - high:.1f} fill-opacity=.15 />"
        return f"{band}{_CANVAS.limit(at, f'{capacity:.0f}/s')}"
