"""Gathers what evidence links to into the report's folder, so that the folder can be moved or sent as it is."""

import hashlib
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from readiness.document import CheckPart, LinkPart
from readiness.evidence import Line, Link

DETAIL_HEAD, DETAIL_TAIL = 1500, 2500
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def gather(lines: Iterable[Line], suite_folder: Path, out: Path) -> list[CheckPart]:
    """Raises OSError when a linked file exists and cannot be copied (no disk)."""
    return [
        CheckPart(
            check=line.check,
            suite=line.suite,
            outcome=line.outcome,
            seconds=line.seconds,
            detail=presentable(line.detail) if line.outcome != "pass" else "",
            links=tuple(_bring(link, suite_folder, out) for link in line.links),
        )
        for line in lines
    ]


def presentable(detail: str) -> str:
    """Without colour codes and this machine's paths, and cut in the middle where it is long."""
    text = ANSI.sub("", detail).replace(f"{Path.cwd()}/", "").replace(sys.prefix, "").strip()
    if len(text) <= DETAIL_HEAD + DETAIL_TAIL:
        return text
    left_out = len(text) - DETAIL_HEAD - DETAIL_TAIL
    return f"{text[:DETAIL_HEAD]}\n\n… {left_out} characters left out; the output has them …\n\n{text[-DETAIL_TAIL:]}"


def link_to(label: str, path: Path, out: Path) -> LinkPart | None:
    """None for a file that was not written."""
    return LinkPart(label=label, href=path.relative_to(out).as_posix()) if path.exists() else None


def _bring(link: Link, suite_folder: Path, out: Path) -> LinkPart:
    if link.href.startswith(("https://", "http://")):
        return LinkPart(label=link.label, href=link.href)
    found = next((path for path in (suite_folder / link.href, Path(link.href)) if path.exists()), None)
    if found is None:
        return LinkPart(label=link.label, href=None)
    source = found.resolve()
    if source.is_relative_to(out.resolve()):
        return LinkPart(label=link.label, href=source.relative_to(out.resolve()).as_posix())
    return LinkPart(label=link.label, href=_copy(source, suite_folder).relative_to(out).as_posix())


def _copy(source: Path, suite_folder: Path) -> Path:
    """The digest of the whole path keeps two files of one name apart."""
    digest = hashlib.sha256(str(source).encode()).hexdigest()[:8]
    target = suite_folder / "linked" / f"{digest}-{source.name}"
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)
    return target
