"""The result for people: a page that reads without JavaScript, and the same in a terminal."""

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from load import folder
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
_QUANTILES: Final = (50, 75, 90, 95, 99, 99.9)
_SOURCES: Final = ("captured", "refunded", "fees")
_NAMED: Final = 6  # findings that the verdict names
_KEPT: Final = {
    folder.RESULT: "the result for machines; its schema is load/result.schema.json",
    folder.JUNIT: "the same for continuous integration",
    folder.HISTOGRAMS: "all waits and service times, by phase and verb, in buckets of 1 %",
    folder.SECONDS: "the same by second: payments, other calls, failures, arrivals",
    folder.HISTORY: "each request before it was sent, and how it ended",
    folder.SNAPSHOT: "what system, processor and mailbox said afterwards",
    folder.SAMPLES: "CPU, memory, descriptors and PostgreSQL, by second",
}


@dataclass(frozen=True, slots=True)
class Pictures:
    """The drawn parts of a page, each HTML of its own or empty."""

    timeline: str = ""
    distribution: str = ""
    capacity: str = ""
    attribution: str = ""
    faults: str = ""


def verb_row(verb: str, series: Series) -> dict[str, Any]:
    """Milliseconds from the planned moment, and of the request alone, side by side."""
    row: dict[str, Any] = {"verb": verb, "requests": series.waited.count, "errors": series.errors}
    for name, histogram in (("waited", series.waited), ("service", series.service)):
        for q in (50, 95, 99):
            row[f"{name}_p{q}_ms"] = _rounded(histogram.percentile(q / 100))
    return row | {"statuses": dict(series.statuses), "largest_ms": _rounded(series.waited.largest_ms)}


def _rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 1)


def page(result: Mapping[str, Any], pictures: Pictures) -> str:
    profile, run, found = result["profile"], result["run"], _counted(result)
    speed, money = ([each for each in found if each["area"] == area] for area in ("speed", "money"))
    others = [each for each in found if each["area"] not in {"speed", "money"}]
    title = f"Load: {profile['name']}"
    parts = [
        f"<h1>{_text(title)}</h1><p class=dim>{_text(profile['purpose'])}</p>{_scale(profile)}",
        _verdict(result, found),
        "<h2>What had to hold</h2>" + _limits(speed),
        "<h2>Money</h2>" + _books(money) + _rules(money, result["invariants"]),
        "<h2>Over time</h2>" + pictures.timeline,
        f"<h2>How long people waited</h2><p class=dim>{_HOW_TO_READ}</p>" + pictures.distribution,
        pictures.capacity + pictures.attribution + pictures.faults + (_limits(others) if others else ""),
        "<h2>Requests by verb</h2><p class=dim>Milliseconds, judged phases.</p>" + _verbs(result["verbs"]),
        "<h2>What did not end as it should</h2>" + _failures(result.get("failures")),
        "<h2>The generator and its machine</h2>"
        + _pairs(_generator(result["generator"]) | _machine(result["machine"])),
        "<h2>Limits, looked up before the first request</h2>" + _preflight(result.get("preflight")),
        "<h2>Where it was made</h2>" + _pairs(_environment(run) | _shape(profile)),
        "<h2>How to repeat it</h2>" + _commands(run) + _pairs(_KEPT),
    ]
    return document(title, "".join(parts))


def _preflight(rows: Sequence[Mapping[str, Any]] | None) -> str:
    if rows is None:
        return unknown("Nobody looked.")
    marks = {"ok": "pass", "refused": "fail"}
    return _table(
        ["", "limit", "found", "needed", "way out"],
        [
            [
                f"<span class={marks.get(row['state'], 'unknown')}>{_text(row['state'])}</span>",
                *(_text(row[name]) for name in ("limit", "found", "needed", "remedy")),
            ]
            for row in rows
        ],
    )


def broken_page(result: Mapping[str, Any]) -> str:
    """For a run that came to no verdict on the system."""
    title = f"Load: {result['profile']['name']}"
    told = f"<div class='verdict unknown'><strong>BROKEN</strong> {_MEANING['BROKEN']}</div>"
    return document(title, f"<h1>{_text(title)}</h1>{told}<pre>{_text(result.get('reason', ''))}</pre>")


def document(title: str, body: str) -> str:
    head = f"{_HEAD}<title>{_text(title)}</title>"
    return f"{head}<style>{_STYLE}</style><body><main>{body}</main></body></html>\n"


def unknown(why: str) -> str:
    return f"<p class=unknown>{_text(why)}</p>"


def _scale(profile: Mapping[str, Any]) -> str:
    if profile["scale"] == 1:
        return ""
    return f"<p class=unknown>At {profile['scale']:g} times its people and arrivals: no proof of the whole profile.</p>"


def _counted(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The findings, each with `counts`: what the evidence takes it for, where its generator could not be trusted."""
    pairs = zip(result["findings"], result["evidence"], strict=True)
    return [found | {"counts": line["outcome"]} for found, line in pairs]


def _verdict(result: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> str:
    name, trust = result["verdict"], result["trust"]
    because = f": {'; '.join(trust['reasons'])}" if trust["reasons"] else ""
    lines = [f"<strong>{name}</strong> {_text(_MEANING[name])}", f"Generator {trust['state']}{_text(because)}."]
    stopped = result["generator"].get("stopped_at_s")
    if stopped is not None:
        lines.append(f"A gate stopped the run after {stopped:.0f} s; what came later in the plan did not happen.")
    lines += [f"The run broke: {_text(crash)}" for crash in result["generator"]["crashes"]]
    lines += _deciding(found)
    return f"<div class='verdict {_COLOUR.get(name, 'unknown')}'>{'<br>'.join(lines)}</div>"


def _deciding(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """What stands in the way of a pass, by name."""
    told = []
    for outcome, word in (("fail", "Failed"), ("unknown", "Unknown")):
        names = [each["check"] for each in findings if each["counts"] == outcome]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        told += [f"{word}: {_text('; '.join(names[:_NAMED]))}{more}."] if names else []
    return told


def _limits(findings: Iterable[Mapping[str, Any]]) -> str:
    rows = [
        [
            _outcome(each),
            f"{_text(each['check'])}{_beyond(each)}",
            *(_text(each.get(name) or "") for name in ("measured", "interval", "limit")),
            _text("" if each.get("samples") is None else each["samples"]),
        ]
        for each in findings
    ]
    return _table(["outcome", "check", "measured", "95 % interval", "limit", "n"], rows, numbers=range(2, 6))


def _beyond(finding: Mapping[str, Any]) -> str:
    """What the other columns do not say."""
    if finding.get("interval") and finding["outcome"] == "pass":
        return ""
    return f"<small class='dim told'>{_lines(finding['detail'])}</small>"


def _outcome(finding: Mapping[str, Any]) -> str:
    outcome, counts = finding["outcome"], finding.get("counts", finding["outcome"])
    void = "" if counts == outcome else "<small class=dim>does not count</small>"
    return f"<span class={counts}>{outcome}</span>{void}"


def _lines(detail: str) -> str:
    return _text(detail).replace("\n", "<br>")


def _books(findings: Iterable[Mapping[str, Any]]) -> str:
    books = [row for each in findings if each["data"] for row in each["data"]["rows"]]
    if not books:
        return unknown("Nobody could say what was captured.")
    columns = ["currency", "source", *_SOURCES, "count"]
    rows = [
        [*(_text("" if row[name] is None else row[name]) for name in columns), _agrees(row, books)] for row in books
    ]
    return "<p class=dim>Minor units of each currency.</p>" + _table(
        [*columns, "beside the processor"], rows, numbers=range(2, 6)
    )


def _agrees(row: Mapping[str, Any], books: Iterable[Mapping[str, Any]]) -> str:
    """To the cent; what a side does not tell is no difference."""
    same = [each for each in books if each["currency"] == row["currency"] and each["source"] == "processor"]
    if not same:
        return "<span class=unknown>unknown</span>"
    if row["source"] == "processor":
        return ""
    apart = [f"{name} off by {row[name] - same[0][name]:+}" for name in _SOURCES if _differs(row[name], same[0][name])]
    return f"<span class=fail>{', '.join(apart)}</span>" if apart else "<span class=pass>equal</span>"


def _differs(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one != other


def _rules(findings: Sequence[Mapping[str, Any]], invariants: Iterable[Mapping[str, Any]]) -> str:
    """Folded where all hold."""
    rows = [[_outcome(each), _text(each["check"]), _lines(each["detail"])] for each in findings]
    held = sum(each["outcome"] == "pass" for each in findings)
    rules = _folded(
        f"Rules of the money: {held} of {len(rows)} hold",
        _table(["outcome", "rule", "measured"], rows),
        is_open=held < len(rows),
    )
    asked = [each for each in invariants if each["outcome"] != "unasked"]
    table = [[_outcome(each), _text(each["invariant"]), _text(", ".join(each["checks"]))] for each in asked]
    return rules + _folded(
        f"Invariants that a rule asks: {len(asked)}", _table(["outcome", "invariant", "rules"], table), is_open=False
    )


def _folded(summary: str, content: str, *, is_open: bool) -> str:
    return f"<details{' open' if is_open else ''}><summary>{_text(summary)}</summary>{content}</details>"


def distribution(classes: Mapping[str, Series]) -> str:
    """Waited beside service: what a tool that counts from the sending would have said."""
    titles = ["judged phases", *(f"p{q:g}" for q in _QUANTILES), "longest", "n"]
    rows = []
    for name, series in classes.items():
        for kind, told in (("waited", series.waited), ("service", series.service)):
            values = [told.percentile(q / 100) for q in _QUANTILES]
            shown = ["" if value is None else f"{value:.1f}" for value in (*values, told.largest_ms or None)]
            rows.append([f"{name}, {kind}", *shown, str(told.count)])
    return _table(titles, rows, numbers=range(1, len(titles)))


def _verbs(verbs: Iterable[Mapping[str, Any]]) -> str:
    measured = [f"{name}_p{q}_ms" for name in ("waited", "service") for q in (50, 95, 99)]
    columns = ["verb", "requests", "errors", *measured, "largest_ms"]
    rows = [
        [*(_text("" if row[name] is None else row[name]) for name in columns), _text(_short(row["statuses"]))]
        for row in verbs
    ]
    titles = [name.removesuffix("_ms").replace("_", " ") for name in columns]
    return _table([*titles, "statuses"], rows, numbers=range(1, len(columns)))


def _failures(failures: Sequence[Mapping[str, Any]] | None) -> str:
    if failures is None:
        return unknown("Nobody looked.")
    if not failures:
        return "<p class=pass>Nothing: each request ended as it should.</p>"
    return "".join(
        _folded(_kind(each), _samples(each["samples"]), is_open=number == 0) for number, each in enumerate(failures)
    )


def _kind(failure: Mapping[str, Any]) -> str:
    error = f", {failure['error']}" if failure["error"] else ""
    return f"{failure['count']} times {failure['verb']}: status {failure['status']}{error}"


def _samples(samples: Iterable[Mapping[str, Any]]) -> str:
    rows = [
        [
            f"{each['at_s']:.3f}",
            _text(each["person"]),
            _text(each["intent"]),
            _text(each["error"] or each["answer"] or ""),
        ]
        for each in samples
    ]
    return _table(["second", "person", "intent", "answer"], rows, numbers=[0])


def _generator(generator: Mapping[str, Any]) -> dict[str, Any]:
    """By phase, and the seconds as their extremes: the file has them one by one."""
    cpu = generator["cpu"]
    used = f"{sum(cpu) / len(cpu):.0%} of a core, at most {max(cpu):.0%}" if cpu else "unknown"
    counts = {f"arrivals {name}": _by_phase(generator[name]) for name in ("planned", "started", "dropped")}
    late = {f"{name}, p99": _milliseconds(generator[f"{key}_p99_ms"]) for name, key in _LATE.items()}
    late["its own floor, p95 for answers that take no time"] = _milliseconds(generator.get("floor_p95_ms"))
    open_ends = {"visits cut off": generator["unfinished"], "questions left open": generator["unanswered"]}
    return _workers(generator) | counts | late | {"CPU of the generator": used} | open_ends


def _workers(generator: Mapping[str, Any]) -> dict[str, str]:
    """Nothing of a lone one. CPU is that of the busiest."""
    expected, lost = generator.get("workers_expected", 1), generator.get("lost", [])
    told = f"{generator.get('workers_finished', 1)} of {expected} finished" + "".join(
        f"; lost: {name}" for name in lost
    )
    return {"workers": told} if expected > 1 else {}


_LATE: Final = {"its loop woke late": "hub_lag", "arrivals left late": "lateness"}


def _by_phase(counts: Mapping[str, int]) -> str:
    return f"{sum(counts.values())}" + (f" ({_short(dict(counts))})" if counts else "")


def _milliseconds(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f} ms"


def _machine(machine: Mapping[str, Any]) -> dict[str, str]:
    used = {f"CPU of {name}": f"{seconds} s" for name, seconds in sorted(machine["cpu_s"].items())}
    shares = {"busy": machine["busy_share"], "busy with other work": machine["foreign_share"]}
    return {f"the machine was {name}": f"{share:.0%}" for name, share in shares.items()} | used


def _environment(run: Mapping[str, Any]) -> dict[str, Any]:
    """What the run says of itself, without what is told elsewhere."""
    named = {
        name: value for name, value in run.items() if name not in {"command", "environment", "machine", "own_system"}
    }
    return named | dict(run.get("environment", {}))


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


def _commands(run: Mapping[str, Any]) -> str:
    again = ["python -m load.judge DIR  # judges this folder again, offline"]
    again.append("python -m load run --render DIR  # makes this page again")
    return f"<pre tabindex=0>{_text(chr(10).join([run['command'], *again]))}</pre>"


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
    return f"<div class=scroll tabindex=0><table>{f'<tr>{head}</tr>' if titles else ''}{body}</table></div>"


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
    lines += [f"  limits looked up: {told}" for told in _looked_up(result.get("preflight"))]
    lines += [f"  the run broke: {crash}" for crash in result["generator"]["crashes"]]
    return "\n".join([*lines, f"load {result['profile']['name']}: {result['verdict']}. {_MEANING[result['verdict']]}"])


def _looked_up(rows: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """One line: how many are far away, and by name those that are near or hidden."""
    if rows is None:
        return []
    named = [f"{row['limit']} {row['state']} ({row['found']})" for row in rows if row["state"] != "ok"]
    return ["; ".join([f"{len(rows) - len(named)} of {len(rows)} ok", *named])]


def _indented(detail: str) -> str:
    return detail.replace("\n", "\n            ")
