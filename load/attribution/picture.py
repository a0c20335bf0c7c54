"""The attribution in a report: the answer, its evidence, and on one axis of time waits and who worked meanwhile."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any, Final

from load.attribution.seen import Seen
from load.canvas import LEFT, Canvas

_CANVAS: Final = Canvas(height=200)
_LINES: Final = 4
_POINTS: Final = 600
_STYLES: Final = ("", "7 3", "2 3", "9 3 2 3", "1 5")

Series = Sequence[tuple[float, float]]
Lines = Mapping[str, Series]


def section(found: Mapping[str, Any], seen: Seen, seconds: float) -> str:
    css = {"found": "fail", "none": "pass"}.get(found["answer"]["state"], "unknown")
    head = f"<h2>What was the limit?</h2><p class={css}>{escape(found['answer']['text'])}</p>"
    rows = "".join(
        f"<tr><td>{escape(each['resource'])}</td><td class=number>{_percent(each['pressure'])}</td>"
        f"<td>{escape(each['evidence'])}</td></tr>"
        for each in found["ranked"]
    )
    title = "<tr><th>resource</th><th class=number>of its limit</th><th>evidence</th></tr>"
    return (
        f"{head}<div class=scroll tabindex=0><table>{title}{rows}</table></div>{_charts(seen, seconds)}{_growth(found)}"
    )


def _growth(found: Mapping[str, Any]) -> str:
    lines = [
        f"<li class={each['outcome']}>{escape(each['name'])}: {escape(each['detail'])}" for each in found["slopes"]
    ]
    slow = [
        f"<li>{each['seen_for_s']} s: <code>{escape(each['statement'])}</code>" for each in found["slow_statements"]
    ]
    told = found["statements"]
    note = f"<p class=dim>{escape(told)}</p>" if isinstance(told, str) else ""
    statements = f"<h3>Slow statements, as seen once a second</h3><ul>{''.join(slow)}</ul>" if slow else ""
    return f"<h3>Growth</h3><ul>{''.join(lines)}</ul>{statements}{note}"


def _percent(pressure: float | None) -> str:
    return "unknown" if pressure is None else f"{pressure:.0%}"


def _charts(seen: Seen, seconds: float) -> str:
    kinds = sorted({kind for each in seen.whole for kind in each["processes"]} - {"harness"})
    used = {kind: _line(seen.whole, partial(_cores, kind)) for kind in kinds}
    told = [each for each in seen.answers if each["requests"]]
    waits = {
        "an answer took, on average": _line(told, lambda each: each["elapsed_ms"] / each["requests"]),
        "the longest": _line(told, lambda each: each["longest_ms"]),
    }
    columns = {"at work": "active", "for a lock": "waiting_lock", "for the disk": "waiting_disk"}
    sessions = {name: _line(seen.whole, partial(_sessions, column)) for name, column in columns.items()}
    return (
        _chart("Milliseconds until an answer, by second of the run", "ms", waits, seconds)
        + _chart("Cores used, by second of the run", "", used, seconds)
        + _chart("Sessions of PostgreSQL at work, and waiting", "", sessions, seconds)
    )


def _cores(kind: str, sample: Mapping[str, Any]) -> float | None:
    return (sample["processes"].get(kind) or {}).get("cores")


def _sessions(column: str, sample: Mapping[str, Any]) -> float | None:
    return (sample["postgres"] or {}).get(column)


def _line(rows: Sequence[Mapping[str, Any]], value: Callable[[Mapping[str, Any]], float | None]) -> Series:
    points = [(each["at_s"], found) for each in rows if (found := value(each)) is not None]
    size = max(1, math.ceil(len(points) / _POINTS))
    return [max(points[n : n + size], key=lambda point: point[1]) for n in range(0, len(points), size)]


def _chart(title: str, unit: str, lines: Lines, seconds: float) -> str:
    """Nothing where nothing was seen."""
    drawn = {name: points for name, points in lines.items() if points}
    if not drawn:
        return ""
    frame = _Frame(seconds, max(value for points in drawn.values() for _, value in points) or 1.0, unit)
    inside = [*frame.grid(), *(frame.line(n, name, points) for n, (name, points) in enumerate(drawn.items()))]
    return _CANVAS.figure(title, inside)


@dataclass(frozen=True, slots=True)
class _Frame:
    """All charts have the same axis of time: from the first planned arrival to the end of the plan."""

    seconds: float
    highest: float
    unit: str

    def x(self, at_s: float) -> float:
        return _CANVAS.x(min(1.0, max(0.0, at_s / self.seconds)))

    def y(self, value: float) -> float:
        return _CANVAS.y(value / self.highest)

    def grid(self) -> Iterator[str]:
        for part in range(_LINES + 1):
            at_s, value = self.seconds * part / _LINES, self.highest * part / _LINES
            yield _CANVAS.upright(self.x(at_s), f"{at_s:.0f} s")
            yield _CANVAS.level(self.y(value), f"{value:.3g} {self.unit}")

    def line(self, number: int, name: str, points: Series) -> str:
        """Told apart by the pattern of the stroke, which a printer keeps; each pattern stands beside its name."""
        inside = [(at, value) for at, value in points if 0 <= at <= self.seconds]
        drawn = " ".join(f"{self.x(at):.1f},{self.y(value):.1f}" for at, value in inside)
        css, style = ("waited", "service")[number % 2], f"style='stroke-dasharray:{_STYLES[number % 5] or 'none'}'"
        high = _CANVAS.top + 10 + 13 * number
        sample = f"<polyline class={css} {style} points='{LEFT + 8},{high} {LEFT + 38},{high}' />"
        label = f"<text class={css} x={LEFT + 44} y={high + 4}>{escape(name)}</text>"
        return f"<polyline class={css} {style} points='{drawn}' />{sample}{label}"
