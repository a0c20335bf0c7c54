"""Which branches of the system its tests take, slice by slice, in whatever process they are taken.

The package coverage measures, also in the servers and workers that the tests start; its figures are held against
coverage.toml. What a test kills takes its figures with it, so that the true ones are these or higher.
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

LIMITS: Final = Path(__file__).with_name("coverage.toml")
OUT: Final = Path("reports/coverage")
SUITES: Final = ("e2e", "contract", "security", "system/tests", "--ignore", "contract/emulator")
"""All that drives the system; the emulator and the harness are measured by nobody's promise."""


class CoverageError(Exception):
    """Nothing could be measured; the message is one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Part:
    """A slice, or the whole. `limit` is in percent of its branches; None where nothing is promised."""

    name: str
    branches: int
    taken: int
    statements: int
    run: int
    limit: float | None = None

    @property
    def percent(self) -> float:
        return 100 * self.taken / self.branches if self.branches else 100.0

    @property
    def lines_percent(self) -> float:
        return 100 * self.run / self.statements if self.statements else 100.0

    @property
    def is_short(self) -> bool:
        return self.limit is not None and self.percent < self.limit


def measure(arguments: Sequence[str], console: Console, out: Path = OUT) -> tuple[Part, ...]:
    """Run the suites and read what they took. Raises CoverageError when a test fails, for then less was driven."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    # The plugin that keeps figures is found wherever a test starts a process.
    measured = os.environ | {"COVERAGE_FILE": str((out / "data").resolve()), "PYTHONPATH": str(Path.cwd())}
    tool = [sys.executable, "-m", "coverage"]
    driving = subprocess.run([*tool, "run", "-m", "pytest", *SUITES, *arguments], env=measured, check=False)
    if driving.returncode:
        raise CoverageError("A test failed, so that less was driven than is to be measured: mend it first.")
    report = out / "coverage.json"
    for step in (("combine",), ("json", "-o", str(report)), ("html", "-d", str(out / "html"))):
        subprocess.run([*tool, *step, "--quiet"], env=measured, check=True)
    parts = read(json.loads(report.read_text(encoding="utf-8")), limits())
    console.print(table(parts))
    return parts


def limits(path: Path = LIMITS) -> Mapping[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def read(report: Mapping[str, Any], promised: Mapping[str, Any]) -> tuple[Part, ...]:
    """The whole and every slice, from coverage's JSON. Raises CoverageError for a slice of which it holds nothing."""
    files = {name: each["summary"] for name, each in report["files"].items() if not _is_test(name)}
    slices = {name for name in map(_slice, files) if name}
    parts = tuple(_parts(files, sorted(slices), promised["slices"]))
    absent = sorted(set(promised["slices"]) - {part.name for part in parts if part.branches})
    if absent:
        raise CoverageError(f"Nothing was measured of {', '.join(absent)}, of which {LIMITS.name} promises something.")
    return (_part("the whole", files.values(), promised["whole"]), *parts)


def _parts(files: Mapping[str, Any], slices: Sequence[str], promised: Mapping[str, float]) -> Iterator[Part]:
    for name in slices:
        own = [summary for file, summary in files.items() if _slice(file) == name]
        yield _part(name, own, promised.get(name))


def _part(name: str, summaries: Collection[Mapping[str, int]], limit: float | None) -> Part:
    def total(figure: str) -> int:
        return sum(summary[figure] for summary in summaries)

    return Part(
        name=name,
        branches=total("num_branches"),
        taken=total("covered_branches"),
        statements=total("num_statements"),
        run=total("covered_lines"),
        limit=limit,
    )


def _slice(file: str) -> str | None:
    parts = Path(file).parts
    return parts[1] if len(parts) > 2 else None  # noqa: PLR2004 - system, the slice, the file


def _is_test(file: str) -> bool:
    return "tests" in Path(file).parts


def table(parts: Sequence[Part]) -> Table:
    made = Table("part", "branches", "taken", "lines", "at least", title="Branches of the system that its tests take")
    for part in parts:
        promised = "" if part.limit is None else f"{part.limit:g} %"
        taken, lines = f"{part.percent:.1f} %", f"{part.lines_percent:.1f} %"
        made.add_row(part.name, str(part.branches), taken, lines, promised, style="bold red" if part.is_short else "")
    return made
