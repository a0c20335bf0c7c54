"""What the workers of a run leave behind, as the one set of files that a lone generator would have left."""

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load import folder
from load.pieces import Piece, merge, without_end
from load.profile import Profile
from load.workers import results
from load.workers.share import Share, Spec


@dataclass(slots=True)
class Left:
    """`is_near` when it wrote its files here itself, so that nothing of them is missing however it ended."""

    name: str
    share: Share
    directory: Path
    is_near: bool
    result: Mapping[str, Any] | None
    offset_s: float = 0.0
    clock_error_s: float = 0.0


def gather(
    directory: Path, left: Sequence[Left], spec: Spec, about: Mapping[str, Any], began_s: float
) -> dict[str, Any]:
    """Return the outcome of all. What each wrote is kept beside it only if somebody was lost."""
    pieces = [Piece(each.directory / folder.HISTORY, each.offset_s) for each in left]
    clocks = {"clock_error_s": max(each.clock_error_s for each in left)}
    merge(pieces, directory / folder.HISTORY, {**about, **clocks}, began_s)
    answers = results.answers((each.directory / folder.ANSWERS, each.offset_s) for each in left)
    _write_lines(directory / folder.ANSWERS, answers)
    finished = [each for each, piece in zip(left, pieces, strict=True) if each.result is not None and piece.whole]
    outcome = _outcome(left, finished, spec)
    lost = [piece for each, piece in zip(left, pieces, strict=True) if each not in finished]
    outcome["unfinished"] += sum(map(without_end, lost))
    measured = results.measures(each.result["histograms"] for each in finished if each.result)
    folder.keep_generated(directory, measured.to_json(), outcome)
    if not lost:
        shutil.rmtree(directory / folder.WORKERS)
    return outcome


def _outcome(left: Sequence[Left], finished: Sequence[Left], spec: Spec) -> dict[str, Any]:
    lost = [each for each in left if each not in finished]
    outcome = results.outcome([each.result["outcome"] for each in finished if each.result], expected=len(left))
    profile = Profile.from_json(spec["profile"])
    outcome = results.with_lost(outcome, profile, spec["seed"], [each.share for each in lost])
    far = [student for each in lost if not each.is_near for student in each.share.of_students(spec["students"])]
    unheard = sorted({student["account"]["email"] for student in far})
    return outcome | {"lost": [each.name for each in lost], "unheard": unheard}


def _write_lines(path: Path, lines: Iterable[Mapping[str, float]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
