"""What the workers of a run leave behind, as the one set of files that a lone generator would have left."""

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load import folder
from load.part import header, keep
from load.profile import Profile
from load.workers import histories, results
from load.workers.crew import Worker
from load.workers.histories import Piece
from load.workers.share import Spec


@dataclass(frozen=True, slots=True)
class Left:
    """A worker and its history. Without a result, or with a torn history, it was lost."""

    worker: Worker
    piece: Piece

    @property
    def result(self) -> dict[str, Any] | None:
        return self.worker.result if self.piece.whole else None


def gather(directory: Path, workers: Sequence[Worker], spec: Spec, began_s: float) -> dict[str, Any]:
    """Return the outcome of all. What each wrote is kept beside it only if somebody was lost."""
    left = [Left(each, Piece(_file(each, folder.HISTORY), each.offset_s)) for each in workers]
    about = header(spec) | {"clock_error_s": max(each.clock_error_s for each in workers)}
    histories.merge([each.piece for each in left], directory / folder.HISTORY, about, began_s)
    answers = results.answers((_file(each, folder.ANSWERS), each.offset_s) for each in workers)
    _write_lines(directory / folder.ANSWERS, answers)
    outcome = _outcome(left, Profile.from_json(spec["profile"]), spec["seed"])
    histograms = [each.result["histograms"] for each in left if each.result]
    keep(directory, results.measures(histograms).to_json(), outcome)
    if not outcome["lost"]:
        shutil.rmtree(directory / folder.WORKERS)
    return outcome


def _outcome(left: Sequence[Left], profile: Profile, seed: int) -> dict[str, Any]:
    lost = [each for each in left if each.result is None]
    outcome = results.outcome([each.result["outcome"] for each in left if each.result], expected=len(left))
    shares = [each.worker.share for each in lost if each.worker.share]
    outcome = results.with_lost(outcome, profile, seed, shares)
    outcome["unfinished"] += sum(histories.without_end(each.piece) for each in lost)
    return outcome | {"lost": [each.worker.name for each in lost]}


def _file(worker: Worker, name: str) -> Path:
    assert worker.directory is not None, f"{worker.name} has no share"
    return worker.directory / name


def _write_lines(path: Path, lines: Iterable[dict[str, float]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
