"""Lines of evidence for the verdict on the whole project: one for each limit and each rule of the money."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from load import folder
from load.findings import Finding, is_void
from load.generator import Trust

_PLANNED: Final = {
    "payments p95": ("B2.1",),
    "other calls p95": ("B2.1",),
    "errors": ("B2.1",),
    "payments a minute": ("B2.2",),
    "webhook applied p95": ("B2.2",),
    "money conserved": ("B2.3", "C2.1", "C2.2"),
}


def lines(profile: str, found: Iterable[Finding], trust: Trust, verdict: str) -> list[dict[str, Any]]:
    """A generator that cannot be trusted proves nothing about speed; money is judged from the books alone."""
    return [_line(profile, each, _void_because(each, trust, verdict)) for each in found]


def _void_because(found: Finding, trust: Trust, verdict: str) -> str:
    """Why a finding does not count; empty when it does."""
    if found.area != "speed":
        return ""
    if verdict == "BROKEN":
        return "the run broke"
    return "; ".join(trust.reasons) if is_void(found.outcome, trust) else ""


def _line(profile: str, found: Finding, void_because: str) -> dict[str, Any]:
    outcome, detail = found.outcome, found.detail
    if void_because:
        outcome, detail = "unknown", f"nothing can be said about speed ({void_because}): {detail}"
    line = {"check": f"load/{profile}: {found.check}", "suite": "load", "proves": list(found.proves)}
    return line | {"outcome": outcome, "detail": detail} | ({"data": found.data} if found.data else {})


def announce(path: Path, profile: str) -> None:
    """Before the run: what is planned is unknown until it is decided, also when this process dies on the way."""
    for check, proves in _PLANNED.items():
        line = {"check": f"load/{profile}: {check}", "suite": "load", "proves": proves}
        _append(path, line | {"outcome": "unknown", "detail": "the run did not reach a verdict"})


def hand_over(path: Path, result: Mapping[str, Any], directory: Path, seconds: float) -> None:
    """After the run: the outcomes, with the way to the report."""
    links = [{"label": name, "href": str(directory / file)} for name, file in _LINKED.items()]
    for line in result["evidence"]:
        _append(path, line | {"seconds": round(seconds, 1), "links": links})


_LINKED: Final = {"load report": folder.REPORT, "result": folder.RESULT, "client history": folder.HISTORY}


def _append(path: Path, line: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, default=str) + "\n")
