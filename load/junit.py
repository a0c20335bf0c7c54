"""The result of a run as one JUnit suite, as continuous integration reads it: what is unknown is an error, no pass."""

# Only written here; nothing is parsed.
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Any, Final

_TAGS: Final = {"fail": "failure", "unknown": "error"}
_UNPRINTABLE: Final = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")

Case = tuple[str, str, str]


def suite(result: Mapping[str, Any]) -> bytes:
    cases = list(_cases(result))
    root = ET.Element("testsuite", name=f"load.{result['profile']['name']}", tests=str(len(cases)))
    for outcome, tag in _TAGS.items():
        root.set(f"{tag}s", str(sum(each[1] == outcome for each in cases)))
    root.set("skipped", "0")
    if began := result.get("run", {}).get("began_at"):
        root.set("timestamp", began)
    root.extend([_case(root.get("name", ""), case) for case in cases])
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _cases(result: Mapping[str, Any]) -> Iterator[Case]:
    """Each finding, as far as its generator lets it count, and whether it does."""
    if "trust" not in result or result["verdict"] == "BROKEN":
        yield "the run came to its end", "unknown", result.get("reason") or _broken(result)
    if "trust" not in result:
        return
    trusted = "unknown" if result["trust"]["state"] == "INVALID" else "pass"
    yield "the generator can be trusted", trusted, "; ".join(result["trust"]["reasons"])
    for line in result["evidence"]:
        yield line["check"].partition(": ")[2], line["outcome"], line["detail"]


def _broken(result: Mapping[str, Any]) -> str:
    return "\n".join(result["generator"]["crashes"]) or "it was ended"


def _case(suite_name: str, case: Case) -> ET.Element:
    name, outcome, detail = case
    element = ET.Element("testcase", classname=suite_name, name=_printable(name))
    if tag := _TAGS.get(outcome):
        told = ET.SubElement(element, tag, message=_printable(detail.split("\n", 1)[0]))
        told.text = _printable(detail)
    return element


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("�", text)
