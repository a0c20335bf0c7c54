"""The result for people: a page that reads without JavaScript, and the same in a terminal."""

import html
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from load.measures import Series

_MEANING: Final = {
    "PASS": "Every limit held, and the money is right to the cent.",
    "FAIL": "A limit was broken, or the money is wrong.",
    "INVALID": "The load was not made as planned, or not undisturbed, so the system's speed is not judged.",
    "INCONCLUSIVE": "Something could not be decided: too few samples, too close to a limit, or a question left open.",
    "BROKEN": "The run itself broke or was ended; it is no verdict on the system.",
}
_STYLE: Final = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
_HOW_TO_READ: Final = (
    "Milliseconds, judged phases. “Waited” counts from the planned moment of an arrival, “service” from the sending of "
    "the request; a large gap between the two is a system that made people queue."
)
_HEAD: Final = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
_COLOUR: Final = {"PASS": "pass", "FAIL": "fail"}


def verb_row(verb: str, series: Series) -> dict[str, Any]:
    """Milliseconds from the planned moment, and of the request alone, side by side."""
    row: dict[str, Any] = {"verb": verb, "requests": series.waited.count, "errors": series.errors}
    for name, histogram in (("waited", series.waited), ("service", series.service)):
        for q in (50, 95, 99):
            row[f"{name}_p{q}_ms"] = _rounded(histogram.percentile(q / 100))
    return row | {"statuses": dict(series.statuses), "largest_ms": _rounded(series.waited.largest_ms)}


def _rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 1)


def page(result: Mapping[str, Any], pictures: str = "") -> str:
    profile, run = result["profile"], result["run"]
    title = f"Load: {profile['name']}"
    parts = [
        f"<h1>{_text(title)}</h1><p class=dim>{_text(profile['purpose'])}</p>",
        _verdict(result),
        "<h2>What had to hold</h2>" + _findings(result["findings"]),
        "<h2>Money</h2>" + _money(result["findings"]),
        f"<h2>Requests</h2><p class=dim>{_HOW_TO_READ}</p>" + _verbs(result["verbs"]) + pictures,
        "<h2>The generator</h2>" + _pairs(result["generator"]),
        "<h2>The machine</h2>" + _pairs(_machine(result["machine"])),
        f"<h2>How to repeat it</h2><pre>{_text(run['command'])}</pre>" + _pairs(_shape(profile) | run),
    ]
    return document(title, "".join(parts))


def document(title: str, body: str) -> str:
    head = f"{_HEAD}<title>{_text(title)}</title>"
    return f"{head}<style>{_STYLE}</style><body><main>{body}</main></body></html>\n"


def _verdict(result: Mapping[str, Any]) -> str:
    name, trust = result["verdict"], result["trust"]
    because = f": {'; '.join(trust['reasons'])}" if trust["reasons"] else ""
    lines = f"<strong>{name}</strong> {_text(_MEANING[name])}<br>Generator {trust['state']}{_text(because)}."
    return f"<div class='verdict {_COLOUR.get(name, 'unknown')}'>{lines}</div>"


def _findings(findings: Iterable[Mapping[str, Any]]) -> str:
    rows = [
        [
            f"<span class={each['outcome']}>{each['outcome']}</span>",
            _text(each["check"]),
            _text(each["detail"]).replace("\n", "<br>"),
        ]
        for each in findings
    ]
    return _table(["", "check", "measured"], rows)


def _money(findings: Iterable[Mapping[str, Any]]) -> str:
    columns = ["currency", "source", "captured", "refunded", "fees", "count"]
    books = [row for each in findings if each["data"] for row in each["data"]["rows"]]
    if not books:
        return "<p class=unknown>Nobody could say what was captured.</p>"
    rows = [[_text("" if row[name] is None else row[name]) for name in columns] for row in books]
    return "<p class=dim>Minor units of each currency.</p>" + _table(columns, rows, numbers=range(2, 6))


def _verbs(verbs: Iterable[Mapping[str, Any]]) -> str:
    measured = [f"{name}_p{q}_ms" for name in ("waited", "service") for q in (50, 95, 99)]
    columns = ["verb", "requests", "errors", *measured, "largest_ms"]
    rows = [[_text("" if row[name] is None else row[name]) for name in columns] for row in verbs]
    titles = [name.removesuffix("_ms").replace("_", " ") for name in columns]
    return _table(titles, rows, numbers=range(1, len(columns)))


def _shape(profile: Mapping[str, Any]) -> dict[str, Any]:
    phases = "; ".join(
        f"{phase['name']} {phase['seconds']:.0f} s at {phase['arrivals_per_s']:g}/s"
        + (" (judged)" if phase["judged"] else "")
        for phase in profile["phases"]
    )
    return {
        "people": profile["users"],
        "scale of the profile": profile["scale"],
        "phases": phases,
        "mix": profile["mix"],
    }


def _machine(machine: Mapping[str, Any]) -> dict[str, str]:
    used = {f"CPU of {name}": f"{seconds} s" for name, seconds in sorted(machine["cpu_s"].items())}
    shares = {"busy": machine["busy_share"], "busy with other work": machine["foreign_share"]}
    return {name: f"{share:.0%}" for name, share in shares.items()} | used


def _pairs(values: Mapping[str, Any]) -> str:
    return _table([], [[_text(name.replace("_", " ")), _text(_short(value))] for name, value in values.items()])


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    right = set(numbers)
    head = "".join(f"<th{' class=number' if n in right else ''}>{_text(title)}</th>" for n, title in enumerate(titles))
    body = "".join(f"<tr>{''.join(_cell(cell, n in right) for n, cell in enumerate(row))}</tr>" for row in rows)
    return f"<div class=scroll><table>{f'<tr>{head}</tr>' if titles else ''}{body}</table></div>"


def _cell(content: str, is_number: bool) -> str:  # noqa: FBT001 - a column either is one of numbers or is not
    return f"<td{' class=number' if is_number else ''}>{content}</td>"


def _text(value: object) -> str:
    return html.escape(str(value))


def text(result: Mapping[str, Any]) -> str:
    """For the terminal: the verdict last, where the eye is."""
    marks = {"pass": "ok     ", "fail": "FAIL   ", "unknown": "unknown"}
    lines = [f"  {marks[each['outcome']]} {each['check']}: {_indented(each['detail'])}" for each in result["findings"]]
    trust = result["trust"]
    lines.append(f"  generator {trust['state']}{': ' if trust['reasons'] else ''}{'; '.join(trust['reasons'])}")
    lines.append(f"  limit: {result['attribution']['answer']['text']}")
    lines += [f"  the run broke: {crash}" for crash in result["generator"]["crashes"]]
    return "\n".join([*lines, f"load {result['profile']['name']}: {result['verdict']}. {_MEANING[result['verdict']]}"])


def _indented(detail: str) -> str:
    return detail.replace("\n", "\n            ")
