"""The commands of a comparison. They end with 0 PASS, 2 FAIL, 3 misuse, 4 INVALID (runs not alike), 5 INCONCLUSIVE."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from load import folder
from load.comparison import compared, picture
from load.comparison.baseline import BASELINES, runs_at, store
from load.comparison.runs import UnusableError
from load.findings import EXIT_CODES
from load.parser import Parser


def refused_as_invalid(command: Callable[[Sequence[str]], int]) -> Callable[[Sequence[str]], int]:
    def told(arguments: Sequence[str]) -> int:
        try:
            return command(arguments)
        except UnusableError as error:
            print(f"comparison: INVALID. {error}", file=sys.stderr)  # noqa: T201 - the command's own words
            return EXIT_CODES["INVALID"]

    return told


@refused_as_invalid
def compare(arguments: Sequence[str]) -> int:
    """Hold runs of a candidate against runs, or stored baselines, of what was before."""
    parser = Parser(
        prog="python -m load compare",
        description=compare.__doc__,
        usage="%(prog)s [--out FILE] BASELINE... -- CANDIDATE...",
    )
    parser.add_argument(
        "baseline", nargs="+", type=Path, metavar="BASELINE", help="folders of runs, or stored baselines"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the comparison there as JSON, and beside it as a page"
    )
    before, dashes, after = _divided(list(arguments))
    given = parser.parse_args(before)
    if not dashes or not after:
        parser.error("-- and the candidate's runs are missing")
    baseline, candidate = (
        [run for path in paths for run in runs_at(path)] for paths in (given.baseline, map(Path, after))
    )
    return tell(compared.compared(baseline, candidate), given.out)


def _divided(arguments: list[str]) -> tuple[list[str], bool, list[str]]:
    if "--" not in arguments:
        return arguments, False, []
    at = arguments.index("--")
    return arguments[:at], True, arguments[at + 1 :]


@refused_as_invalid
def baseline(arguments: Sequence[str]) -> int:
    """Store the statistics of some runs, for later ones to be held against."""
    parser = Parser(prog="python -m load baseline", description=baseline.__doc__)
    parser.add_argument("runs", nargs="+", type=Path, metavar="DIR", help="folders of runs, four or more")
    parser.add_argument("--out", type=Path, metavar="FILE", help=f"instead of {BASELINES}/<profile>.json")
    given = parser.parse_args(arguments)
    runs = [run for path in given.runs for run in runs_at(path)]
    path = given.out or BASELINES / f"{runs[0].fingerprint['profile.name']}.json"
    store(path, runs)
    print(f"{path} holds {len(runs)} runs.")  # noqa: T201 - the command's own words
    return 0


def tell(found: compared.Json, out: Path | None) -> int:
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder.write(out, found)
        out.with_suffix(".html").write_text(picture.page(found), encoding="utf-8")
    print(compared.text(found))  # noqa: T201 - the command's own words
    return int(found["exit_code"])
