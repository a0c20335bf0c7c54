"""The faults in a report: each with its bite, and what people met meanwhile."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

_CSS: Final = {"served": "pass", "degraded": "unknown", "refused": "unknown", "broken": "fail"}
_HOW_TO_READ: Final = (
    "A row is a fault, in the order in which they were made; a column is what people asked for. Served: as usual. "
    "Degraded: slow, or the connection broke and the outcome was asked for again. Refused: some were told to come back "
    "(503, 429). Broken: an error of the server, or no answer at all. Whether money went wrong is asked over the whole "
    "run. Behind the colon: how many requests met the fault."
)


def section(faults: Sequence[Mapping[str, Any]]) -> str:
    """Nothing for a run without faults."""
    if not faults:
        return ""
    verbs = sorted({verb for each in faults for verb in each["verbs"]})
    titles = ["fault", "at, s", "burned, s", "bit", "served again after, s", *verbs]
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    rows = "".join(f"<tr>{_row(each, verbs)}</tr>" for each in faults)
    table = f"<div class=scroll><table><tr>{head}</tr>{rows}</table></div>"
    return f"<h2>Faults</h2><p class=dim>{_HOW_TO_READ}</p>{table}"


def _row(fault: Mapping[str, Any], verbs: Sequence[str]) -> str:
    again = fault["recovered_after_s"]
    first = [
        escape(fault["fault"]),
        f"{fault['began_s']:.1f}",
        f"{fault['burned_s']:.1f}",
        escape(f"{fault['bit']} {fault['unit']}"),
        "never" if again is None else f"{again:.1f}",
    ]
    return "".join(f"<td>{cell}</td>" for cell in first) + "".join(_cell(fault["verbs"].get(verb)) for verb in verbs)


def _cell(met: Mapping[str, Any] | None) -> str:
    if met is None or met["cell"] == "-":
        return "<td class=dim>-</td>"
    count = sum(value for name, value in met.items() if name not in {"cell", "longest_s"})
    return f"<td class={_CSS[met['cell']]}>{met['cell']}: {count}</td>"
