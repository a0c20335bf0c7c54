"""Made-up evidence: enough of every kind to look at a whole report without running anything.

python -m readiness.tests.made_up FOLDER [payments]
"""

import argparse
import datetime as dt
from pathlib import Path

from readiness import environment, junit, registry, report
from readiness.assemble import Circumstances, RunState, assemble
from readiness.document import Document
from readiness.evidence import Line, Link, Outcome
from readiness.matrix import DefectRow, Matrix
from readiness.registry import Registry
from readiness.schedule import Run
from readiness.suites import Suite
from readiness.verdict import judge

FIXED = dt.datetime(2026, 3, 14, 9, 26, tzinfo=dt.UTC)
SUITE_OF = {"B1": "e2e", "B2": "load", "B3": "security", "C5": "security", "C6": "defects"}
TITLES = {
    "contract": "Contract: the API and the emulator keep their word",
    "e2e": "Browser journeys",
    "security": "Security: forgery, ownership, roles",
    "load": "Load, and money conserved afterwards",
    "defects": "Planted defects: every check shown able to fail",
}
COLUMNS = ("currency", "source", "captured", "refunded", "fees", "count")
BOOKS: dict[str, object] = {
    "kind": "books",
    "rows": [
        dict(zip(COLUMNS, figures, strict=True))
        for figures in (
            ("usd", "ledger", 1284711, 40296, 41120, 1204),
            ("usd", "processor", 1284711, 40296, 41120, 1204),
            ("usd", "clients", 1284711, 40296, None, 1204),
            ("jpy", "ledger", 45500, 500, 1638, 91),
            ("jpy", "processor", 45500, 500, 1638, 91),
        )
    ],
}


def line(
    check: str = "contract/test_refunds.py::test_twice",
    *proves: str,
    outcome: Outcome = "pass",
    detail: str = "",
    suite: str = "contract",
) -> Line:
    return Line(check=check, suite=suite, proves=proves, outcome=outcome, seconds=0.4, detail=detail)


def lines_for(requirements: Registry, scope: str) -> list[Line]:
    """Two passing checks for each measured criterion of a scope, and every check that one needs by name."""
    made: list[Line] = []
    for criterion in requirements.criteria.values():
        if criterion.kind != "measured" or scope not in criterion.scope:
            continue
        suite = SUITE_OF.get(criterion.id.split(".")[0], "contract")
        slug = criterion.id.lower().replace(".", "_")
        names = criterion.needs or tuple(f"{suite}/test_{slug}.py::test_{word}" for word in ("holds", "holds_twice"))
        made += [line(name, criterion.id, suite=suite) for name in names]
    made.append(line("contract/test_books.py::test_agree", "C2.1").model_copy(update={"data": BOOKS}))
    return made


def defects() -> Matrix:
    rows = [
        (1, "The same event delivered twice credits twice."),
        (8, "Concurrent refunds exceed the capture."),
        (34, "A double click charges twice."),
        (101, "A webhook without a signature is accepted."),
    ]
    return Matrix(
        commit="0123456789ab",
        at="2026-03-14 09:30 UTC",
        blind=False,
        clean="pass",
        clean_message="Every named check passed.",
        defects=tuple(
            DefectRow(
                row=row,
                name=f"d{row:03d}_made_up",
                symptom=symptom,
                source="reference system of a peer, issue 688",
                check=f"contract/test_row_{row}.py::test_found",
                fate="killed",
                seconds=1.4,
                total_s=6.2,
                message="AssertionError: 2 == 1",
            )
            for row, symptom in rows
        ),
    )


def runs_of(lines: list[Line], out: Path) -> list[Run]:
    runs = []
    for name, title in TITLES.items():
        folder = out / "evidence" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "output.log").write_text(f"{name}: made up\n", encoding="utf-8")
        suite = Suite(name=name, title=title, command=("true",), limit_s=1)
        own = [part for part in lines if part.suite == name]
        runs.append(Run(suite, folder, state="finished", code=0, seconds=31.4, lines=own))
    return runs


def document(
    out: Path,
    lines: list[Line],
    *,
    requirements: Registry,
    scope: str | None = None,
    state: RunState = "complete",
) -> Document:
    around = Circumstances(
        scope=scope,
        launch=False,
        quick=False,
        state=state,
        began_at=FIXED,
        seconds=298.4,
        environment=environment.facts(),
        reproduce=("git checkout COMMIT", "python3 noxfile.py -s prove -- --scope payments"),
    )
    return assemble(judge(requirements, lines, {}, scope=scope), runs_of(lines, out), defects(), around, out)


def main(out: Path, *, scope: str | None, proven: bool) -> None:
    requirements = registry.load()
    lines = lines_for(requirements, "payments")
    trace = out / "trace.zip"
    out.mkdir(parents=True, exist_ok=True)
    trace.write_bytes(b"made up")
    lines[0] = lines[0].model_copy(update={"links": (Link(label="trace", href=str(trace)),)})
    if not proven:
        message = "AssertionError: 201 != 409\nPOST /api/payments/refund -> 201\n{'refund_id': 'rfd_1'}\nseed 4711"
        lines.append(line("contract/test_refunds.py::test_parallel", "A2.4", outcome="fail", detail=message))
        lines.append(line("security/test_x.py::test_y", "A15.3", outcome="unknown", detail="skipped", suite="security"))
    made = document(out, lines, requirements=requirements, scope=scope)
    report.write(made, out)
    (out / "junit.xml").write_bytes(junit.merge(runs_of(lines, out)))


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--scope")
    asked.add_argument("--proven", action="store_true", help="without the failures")
    order = asked.parse_args()
    main(order.folder, scope=order.scope, proven=order.proven)
