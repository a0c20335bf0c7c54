"""A stored baseline: the statistics of some runs, small enough to keep with the code."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from load import folder
from load.comparison.environment import differences
from load.comparison.runs import Run, UnusableError, read
from load.comparison.shift import FEWEST_RUNS

BASELINES: Final = Path("load/baselines")
_SCHEMA: Final = 1


def store(path: Path, runs: Sequence[Run]) -> None:
    """Raises UnusableError for runs that are too few to tell their noise, or that were not made alike."""
    if len(runs) < FEWEST_RUNS:
        raise UnusableError(f"{len(runs)} runs are no baseline: at least {FEWEST_RUNS} tell how much they vary")
    wrong = differences([run.fingerprint for run in runs])
    if wrong:
        raise UnusableError(f"the runs were not made alike: {'; '.join(wrong)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    folder.write(path, {"schema": _SCHEMA, "runs": [run.to_json() for run in runs]})


def runs_at(path: Path) -> list[Run]:
    """One from the folder of a run, several from a stored baseline. Raises UnusableError."""
    if path.is_dir():
        return [read(path)]
    if not path.is_file():
        raise UnusableError(f"{path} is neither the folder of a run nor a stored baseline")
    try:
        stored: Mapping[str, Any] = folder.read(path)
        found = [Run.from_json(each) for each in stored["runs"]]
    except (ValueError, KeyError, TypeError) as error:
        raise UnusableError(
            f"{path} is no stored baseline ({error!r}): make one with python -m load baseline"
        ) from None
    if stored.get("schema") != _SCHEMA:
        raise UnusableError(f"{path}: schema is {stored.get('schema')!r}, and {_SCHEMA} is what can be read")
    return found
