"""A comparison as a page: each statistic's shift with its interval, beside the threshold that it has to exceed."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from load import report

_WIDTH, _ROW, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 34, 200, 28, 16, 34
_TICKS: Final = (-1.0, -0.5, 0.0, 0.5, 1.0)
_COLOUR: Final = {"PASS": "pass", "FAIL": "fail"}
_LEAST_REACH: Final = 0.1

Row = Mapping[str, Any]


def page(found: Mapping[str, Any]) -> str:
    verdict = f"<strong>{found['verdict']}</strong> {escape(found['meaning'])}"
    body = [
        "<h1>Comparison</h1>",
        f"<div class='verdict {_COLOUR.get(found['verdict'], 'unknown')}'>{verdict}</div>",
        _chart([row for row in found["statistics"] if "shift" in row]),
        _table(found["statistics"]),
        f"<h2>Runs</h2><p>Baseline: {_listed(found['baseline'])}</p><p>Candidate: {_listed(found['candidate'])}</p>",
        f"<h2>All of them were made on and with</h2><pre>{_pairs(found['fingerprint'])}</pre>",
    ]
    return report.document("Comparison", "".join(body))


def _table(rows: Sequence[Row]) -> str:
    titles = ("", "statistic", "shift", "interval", "noise", "threshold", "")
    head = "".join(f"<th>{title}</th>" for title in titles)
    return f"<div class=scroll><table><tr>{head}</tr>{''.join(map(_cells, rows))}</table></div>"


def _cells(row: Row) -> str:
    outcome = f"<span class={row['outcome']}>{row['outcome']}</span>"
    measured = ["", "", "", ""]
    if "shift" in row:
        interval = f"{_percent(row['low'])} to {_percent(row['high'])} ({100 * row['level']:.1f}&nbsp;%)"
        measured = [_percent(row["shift"]), interval, _percent(row["noise"]), _percent(row["threshold"])]
    cells = [outcome, _named(row), *measured, escape(row["why"])]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _named(row: Row) -> str:
    return escape(row["statistic"].replace("_", " "))


def _percent(share: float) -> str:
    return f"{100 * share:+.1f}&nbsp;%"


def _listed(names: Sequence[str]) -> str:
    return escape(", ".join(names))


def _pairs(values: Mapping[str, Any]) -> str:
    return escape("\n".join(f"{name}: {value}" for name, value in values.items()))


def _chart(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    title = "How much more each statistic of the candidate is: the shift, its interval, and the threshold"
    reach = max(_LEAST_REACH, *(abs(row[name]) for row in rows for name in ("low", "high", "threshold")))
    height = _TOP + _ROW * len(rows) + _BOTTOM
    inside = [*_grid(reach, height), *(mark for n, row in enumerate(rows) for mark in _marks(row, n, reach))]
    opening = f"<svg viewBox='0 0 {_WIDTH} {height}' role=img aria-label='{title}' class=chart>"
    return f"<figure>{opening}{''.join(inside)}</svg><figcaption>{title}</figcaption></figure>"


def _x(share: float, reach: float) -> float:
    return _LEFT + (share / reach + 1) / 2 * (_WIDTH - _LEFT - _RIGHT)


def _grid(reach: float, height: int) -> Iterator[str]:
    for tick in _TICKS:
        at = _x(tick * reach, reach)
        yield f"<line class=grid x1={at:.1f} x2={at:.1f} y1={_TOP} y2={height - _BOTTOM} />"
        yield f"<text x={at:.1f} y={height - 16} text-anchor=middle>{_percent(tick * reach)}</text>"


def _marks(row: Row, number: int, reach: float) -> Iterator[str]:
    y = _TOP + _ROW * (number + 0.5)
    low, shift, high, limit = (_x(row[name], reach) for name in ("low", "shift", "high", "threshold"))
    yield f"<text x={_LEFT - 8} y={y + 4:.1f} text-anchor=end>{_named(row)}</text>"
    yield f"<line class=limit x1={limit:.1f} x2={limit:.1f} y1={y - 12:.1f} y2={y + 12:.1f} />"
    yield f"<polyline class=waited points='{low:.1f},{y:.1f} {high:.1f},{y:.1f}' />"
    yield f"<circle class=waited cx={shift:.1f} cy={y:.1f} r=4 />"
