"""python -m readiness prove | render | defects | coverage | schema.

Exit codes: 0 GO (or all killed, or enough), 2 NO-GO (or not), 3 the harness failed and nothing was judged, 5 no planted
defect is needed for what was asked, 130 interrupted.
"""

import argparse
import signal
import sys
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from readiness import campaign, coverage, document, registry, report
from readiness.document import Document
from readiness.prove import HarnessError, Order, cannot_write, prove, start_database

GO, NO_GO, HARNESS_FAILURE, NOTHING_TO_DO, INTERRUPTED = 0, 2, 3, 5, 130
DEFAULT_OUT = Path("reports/prove")


class Parser(argparse.ArgumentParser):
    """A wrong command judged nothing: argparse's own exit code 2 would read as NO-GO."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(HARNESS_FAILURE, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _parser().parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    try:
        return int(options.run(options, console))
    except HarnessError as error:
        print(error, file=sys.stderr)
        return HARNESS_FAILURE
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


def _parser() -> Parser:
    parser = Parser(prog="python -m readiness", description="Judges whether the system is ready for production.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    proving = verbs.add_parser("prove", help="run the suites, judge, write the report")
    proving.add_argument("--scope", help="judge the criteria of one scope only, such as payments")
    proving.add_argument("--quick", action="store_true", help="leave out what takes long")
    proving.add_argument("--launch", action="store_true", help="questions to people decide too")
    proving.add_argument("--only", nargs="+", default=[], metavar="SUITE", help="run these suites only")
    proving.add_argument("--seed", type=int, default=1, help="of the processor's chance and the load's arrivals")
    proving.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="FOLDER")
    proving.set_defaults(run=_prove)
    rendering = verbs.add_parser("render", help="write the report again from its verdict.json")
    rendering.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="FOLDER")
    rendering.set_defaults(run=_render)
    defects = verbs.add_parser("defects", help="apply each planted defect and see whether its check finds it")
    defects.add_argument("--blind", action="store_true", help="the whole quick proof against each defect instead")
    defects.add_argument("--only", default="", metavar="8,9", help="these rows only")
    defects.add_argument("--proving", metavar="C6.1,…", help="only the rows that one of these criteria needs")
    defects.add_argument("--evidence", type=Path, default=None, metavar="FILE", help="append evidence lines here too")
    defects.set_defaults(run=_defects)
    covering = verbs.add_parser("coverage", help="measure which branches of the system its tests take, by slice")
    covering.add_argument("tests", nargs="*", metavar="OPTION", help="for pytest, behind --")
    covering.set_defaults(run=_coverage)
    verbs.add_parser("schema", help="print the schema of verdict.json").set_defaults(run=_schema)
    return parser


def _prove(options: argparse.Namespace, console: Console) -> int:
    order = Order(options.out, options.scope, options.launch, options.quick, tuple(options.only), options.seed)
    made = prove(order, console)
    _tell(made, options.out, console)
    if made.state == "interrupted":
        return INTERRUPTED
    if made.state == "harness_failure":
        return HARNESS_FAILURE
    return GO if made.decision == "GO" else NO_GO


def _render(options: argparse.Namespace, console: Console) -> int:
    try:
        made = document.load(options.out / "verdict.json")
    except (OSError, ValueError) as error:
        raise HarnessError(f"There is no readable verdict.json in {options.out}: run prove first.") from error
    try:
        report.write(made, options.out)
    except OSError as error:
        raise HarnessError(cannot_write(options.out, error)) from error
    console.print(f"Report: {options.out / 'index.html'}")
    return GO


def _defects(options: argparse.Namespace, console: Console) -> int:
    rows = _rows(options)
    if options.proving is not None and not rows:
        console.print("No planted defect is needed for these criteria.")
        return NOTHING_TO_DO
    try:
        start_database()
        found = campaign.run(rows, blind=options.blind, evidence=options.evidence, console=console)
    except campaign.CampaignError as error:
        raise HarnessError(str(error)) from error
    return GO if found.sound else NO_GO


def _coverage(options: argparse.Namespace, console: Console) -> int:
    try:
        parts = coverage.measure(options.tests, console)
    except coverage.CoverageError as error:
        raise HarnessError(str(error)) from error
    return NO_GO if any(part.is_short for part in parts) else GO


def _rows(options: argparse.Namespace) -> frozenset[int]:
    try:
        rows = frozenset(int(row) for row in options.only.split(",") if row)
    except ValueError as error:
        raise HarnessError(f"--only takes row numbers such as 8,9; got {options.only}.") from error
    if options.proving is None:
        return rows
    needed = registry.load().defects(options.proving.split(","))
    return needed & rows if rows else needed


def _schema(_: argparse.Namespace, __: Console) -> int:
    print(document.schema(), end="")
    return GO


def _tell(made: Document, out: Path, console: Console) -> None:
    for row in made.rows:
        for part in row.criteria:
            if part.verdict == "fail":
                console.print(f"{part.id} failed: {part.text}", markup=False)
    style = "bold green" if made.decision == "GO" else "bold red"
    scope = made.scope or "everything"
    console.print(f"\n{made.decision}", style=style, end="")
    console.print(f" for {scope}. {made.sentence}", markup=False)
    console.print(f"Report: {out / 'index.html'} ({report.duration(made.seconds)})", markup=False)


if __name__ == "__main__":
    sys.exit(main())
