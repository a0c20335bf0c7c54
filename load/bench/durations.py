"""How long the README's commands took when they last ran here, where their reports say so."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

PROVE: Final = Path("reports/prove/verdict.json")
TESTS: Final = Path("reports/tests/junit.xml")
AIM_PROVE_S: Final = 360
AIM_TESTS_S: Final = 600


def recorded(prove: Path = PROVE, tests: Path = TESTS) -> dict[str, Any]:
    """Seconds; None for a command whose report is not here."""
    return {"prove": _of_verdict(prove), "tests": _of_junit(tests)}


def table(figures: Mapping[str, Any]) -> Iterator[str]:
    for command, aim in (("prove", AIM_PROVE_S), ("tests", AIM_TESTS_S)):
        taken = figures[command]
        said = "no report of it here" if taken is None else f"{taken['seconds']:.0f} s{taken['note']}"
        yield f"  nox -s {command}: {said} (aim: at most {aim} s)"


def _of_verdict(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    document = json.loads(path.read_text(encoding="utf-8"))
    whole = document["scope"] is None and not document["quick"]
    limited = "" if whole else f", scope {document['scope'] or 'all'}{', quick' if document['quick'] else ''}"
    return {"seconds": float(document["seconds"]), "note": f" on {document['began_at'][:16]}{limited}"}


def _of_junit(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    suites = ET.parse(path).getroot().iter("testsuite")  # noqa: S314 - written by our own pytest
    return {"seconds": sum(float(suite.get("time", "0")) for suite in suites), "note": ""}
