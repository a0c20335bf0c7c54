"""One JUnit file of all suites, as continuous integration reads it."""

# Written by our own pytest runs a moment ago; nothing foreign is parsed here.
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

from readiness.evidence import Line
from readiness.schedule import Run

Figures = dict[str, float]
COUNTED = ("tests", "failures", "errors", "skipped", "time")


def merge(runs: Sequence[Run]) -> bytes:
    """A suite that wrote no JUnit of its own is told from its evidence; one that broke off gets an error of its own."""
    root = ET.Element("testsuites", name="assay")
    for run in runs:
        for suite in _own(run.folder / "junit.xml") or [_from_lines(run)]:
            suite.set("name", run.suite.name)
            suite.attrib.pop("hostname", None)
            if run.problem:
                _add_problem(suite, run.problem)
            root.append(suite)
    for name, total in _totals(root).items():
        root.set(name, f"{total:.3f}" if name == "time" else str(int(total)))
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _own(path: Path) -> list[ET.Element]:
    try:
        return ET.parse(path).getroot().findall("testsuite")  # noqa: S314 - see the import
    except (OSError, ET.ParseError):
        return []


def _from_lines(run: Run) -> ET.Element:
    outcomes = [line.outcome for line in run.lines]
    suite = ET.Element("testsuite", name=run.suite.name, tests=str(len(outcomes)), time=f"{run.seconds:.3f}")
    suite.set("failures", str(outcomes.count("fail")))
    suite.set("errors", "0")
    suite.set("skipped", str(outcomes.count("unknown")))
    suite.extend([_case(line) for line in run.lines])
    return suite


def _case(line: Line) -> ET.Element:
    case = ET.Element("testcase", classname=line.suite, name=line.check, time=f"{line.seconds:.3f}")
    if line.outcome != "pass":
        told = ET.SubElement(case, "failure" if line.outcome == "fail" else "skipped")
        told.set("message", _printable(line.detail.split("\n", 1)[0]))
        told.text = _printable(line.detail)
    return case


def _add_problem(suite: ET.Element, problem: str) -> None:
    case = ET.SubElement(suite, "testcase", classname=suite.get("name", ""), name="the suite finished", time="0")
    ET.SubElement(case, "error", message=_printable(problem))
    for name in ("tests", "errors"):
        suite.set(name, str(int(suite.get(name, "0")) + 1))


def _totals(root: ET.Element) -> Figures:
    return {name: sum(float(suite.get(name, "0")) for suite in root) for name in COUNTED}


def _printable(text: str) -> str:
    """XML 1.0 has no way to write most control characters."""
    return "".join(character for character in text if character in "\n\t" or ord(character) >= ord(" "))
