"""Two builds in turns, A B B A: what drifts on the machine meanwhile drifts for both.

Each block is a whole load run on a system of its own, in the same words as `python -m load run`, and each pair of
neighbours has the same plan of arrivals. Generator, bench and journeys are always this tree's; of another checkout the
system alone is taken.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fixtures.databases import SHARED_RUN, SHARED_URL
from fixtures.system_commands import ROOT
from load.command import REPORTS
from load.comparison.commands import refused_as_invalid, tell
from load.comparison.compared import Json, in_turns, inconclusive
from load.comparison.runs import Run, UnusableError, read
from load.findings import EXIT_CODES
from load.parser import Parser

SYSTEM: Final = "system"
_ORDER: Final = ("a", "b", "b", "a")
_GRACE_S: Final = 60.0  # the run ends its generator and its system in order


@dataclass(frozen=True, slots=True)
class Build:
    """This tree's system, that of another checkout, or this tree's with a planted defect."""

    root: Path
    defect: Path | None = None

    @classmethod
    def at(cls, path: Path) -> "Build":
        """Raises UnusableError for what is neither a checkout nor a planted defect."""
        if path.suffix == ".py" and path.is_file():
            return cls(ROOT, path.absolute())
        if (path / SYSTEM / "__main__.py").is_file():
            return cls(path.absolute())
        raise UnusableError(f"{path} is neither a checkout, with a folder {SYSTEM}, nor the file of a planted defect")

    @property
    def options(self) -> tuple[str, ...]:
        return ("--bench-defect", str(self.defect)) if self.defect else ()


@dataclass(frozen=True, slots=True)
class Block:
    number: int
    name: str
    seed: int

    @property
    def folder(self) -> str:
        return f"{self.number:02d}-{self.name}"


def blocks(rounds: int, seed: int) -> list[Block]:
    """Two neighbours are a pair and share a seed."""
    names = _ORDER * rounds
    return [Block(number + 1, name, seed + number // 2) for number, name in enumerate(names)]


class BrokenBlockError(Exception):
    """A run broke, or was ended; the text names its folder."""


@refused_as_invalid
def abba(arguments: Sequence[str]) -> int:
    """Load two builds in turns, and say whether B is slower than A."""
    given = _ordered(arguments)
    out = (given.out or REPORTS / "abba").absolute()
    told = out / "comparison.json"
    told.unlink(missing_ok=True)  # an earlier one says nothing about these blocks
    builds = {"a": Build.at(given.a), "b": Build.at(given.b)}
    try:
        pairs, left_out = _loaded(blocks(given.rounds, given.seed), builds, _options(given.profile, given.scale), out)
    except BrokenBlockError as broken:
        print(f"abba: {broken}", file=sys.stderr)  # noqa: T201 - the command's own words
        return EXIT_CODES["BROKEN"]
    return tell(_judged(pairs, left_out), told)


def _loaded(
    plan: Sequence[Block], builds: Mapping[str, Build], options: Sequence[str], out: Path
) -> tuple[list[dict[str, Run]], list[str]]:
    """The runs of each pair by the name of their build, and why any of them is not there."""
    pairs: dict[int, dict[str, Run]] = {block.seed: {} for block in plan}
    left_out = []
    for block in plan:
        print(f"abba: block {block.number} of {len(plan)}, {block.name.upper()}", flush=True)  # noqa: T201 - its own words
        directory = out / block.folder
        if load(builds[block.name], [*options, "--seed", str(block.seed)], directory) == EXIT_CODES["BROKEN"]:
            raise BrokenBlockError(f"block {block.number} broke; see {directory}")
        try:
            pairs[block.seed][block.name] = read(directory)
        except UnusableError as unusable:
            left_out.append(str(unusable))
    return list(pairs.values()), left_out


def _judged(pairs: Sequence[Mapping[str, Run]], left_out: Sequence[str]) -> Json:
    """Where blocks are missing, what failed has failed, and what passed has not passed."""
    whole = [pair for pair in pairs if pair.keys() == {"a", "b"}]
    if not whole:
        raise UnusableError("; ".join(left_out))
    found = in_turns([pair["a"] for pair in whole], [pair["b"] for pair in whole]) | {"left_out": list(left_out)}
    return found | inconclusive("Some blocks had to be left out.") if left_out and found["verdict"] == "PASS" else found


def _ordered(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser(prog="python -m load abba", description=abba.__doc__)
    build = "the root of a checkout, or the file of a planted defect"
    parser.add_argument(
        "--a", type=Path, default=ROOT, metavar="BUILD", help=f"{build}; without it, this tree as it is"
    )
    parser.add_argument("--b", type=Path, required=True, metavar="BUILD", help=build)
    parser.add_argument("--rounds", type=int, default=3, help="of A B B A; three are the fewest that can decide")
    parser.add_argument("--seed", type=int, default=1, help="of the first pair's plan; each later pair has the next")
    parser.add_argument("--profile", default="smoke", help="as of a run")
    parser.add_argument("--scale", type=float, metavar="F", help="as of a run")
    parser.add_argument("--out", type=Path, metavar="DIR", help=f"a folder for all of it ({REPORTS}/abba)")
    given = parser.parse_args(arguments)
    if given.rounds < 1:
        parser.error(f"--rounds {given.rounds} must be 1 or more")
    return given


def _options(profile: str, scale: float | None) -> list[str]:
    """Of every block, wherever its folder is: a profile given by its path is still found."""
    named = str(Path(profile).absolute()) if profile.endswith(".toml") else profile
    return ["--profile", named, *(["--scale", str(scale)] if scale is not None else [])]


def load(build: Build, options: Sequence[str], out: Path) -> int:
    """One block; its exit code. An end that is asked of this process is asked of the run first."""
    command = [sys.executable, "-m", "load", "run", *options, *build.options, "--out", str(out)]
    with (
        overlaid(build.root) as root,
        _ending_on_term(),
        subprocess.Popen(command, cwd=root, env=_environment()) as run,
    ):
        try:
            return run.wait()
        except BaseException:
            _end(run)
            raise


def _end(run: subprocess.Popen[bytes]) -> None:
    run.terminate()
    try:
        run.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        run.kill()


def _environment() -> dict[str, str]:
    """Without the address of a PostgreSQL whose template is of another build."""
    return {name: value for name, value in os.environ.items() if name not in {SHARED_URL, SHARED_RUN}}


@contextmanager
def overlaid(root: Path) -> Iterator[Path]:
    """This tree, with the system of another: the instrument stays the same, whatever is measured."""
    if root == ROOT:
        yield ROOT
        return
    with tempfile.TemporaryDirectory(prefix="assay-abba-") as made:
        for each in ROOT.iterdir():
            if each.name != SYSTEM:
                (Path(made) / each.name).symlink_to(each)
        (Path(made) / SYSTEM).symlink_to(root / SYSTEM)
        yield Path(made)


@contextmanager
def _ending_on_term() -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_CODES["BROKEN"]))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
