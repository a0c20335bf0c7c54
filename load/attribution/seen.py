"""What the files of a run hold about its resources, over the judged phases, on the run's own clock."""

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from load import folder, limits
from load.profile import Profile

_GAP_S: Final = 3.0
_FEWEST: Final = 3

Json = Mapping[str, Any]


class Unseen(Exception):  # noqa: N818 - it is no error that a target does not show its inside
    """Nobody looked, or not well enough; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Samples and answers carry `at_s`, seconds of the run. `blind` says why samples do not count; empty if they do."""

    samples: Sequence[Json]  # of the judged phases
    answers: Sequence[Json]
    whole: Sequence[Json]  # samples of all phases, to be drawn
    end: Json
    blind: str = ""

    @property
    def cores(self) -> int:
        return int(self.end["cores"])

    def machine(self) -> list[float]:
        self._look()
        return [each["machine_busy"] for each in self.samples]

    def ours(self) -> list[float]:
        """Cores used by all processes of the run that can be seen from here."""
        self._look()
        return [sum(kind["cores"] or 0.0 for kind in each["processes"].values()) for each in self.samples]

    def process(self, kind: str, column: str) -> list[float]:
        self._look()
        return _whole(f"{kind}: {column}", [(each["processes"].get(kind) or {}).get(column) for each in self.samples])

    def postgres(self, column: str) -> list[float]:
        self._look()
        return _whole(f"PostgreSQL: {column}", [(each["postgres"] or {}).get(column) for each in self.samples])

    def share_of_requests(self, part: str) -> float:
        """Of the time that the system says it took for all its answers."""
        told = sum(each["told"] for each in self.answers)
        requests = sum(each["requests"] for each in self.answers)
        whole = sum(each.get("app_ms", 0.0) for each in self.answers)
        if not requests or told < requests or not whole:
            raise Unseen(f"{told:.0f} of {requests:.0f} answers told their time (Server-Timing)")
        if any(f"{part}_ms" not in each for each in self.answers if each["told"]):
            raise Unseen(f"Server-Timing says nothing of {part}")
        return float(sum(each[f"{part}_ms"] for each in self.answers if each["told"]) / whole)

    def _look(self) -> None:
        if self.blind:
            raise Unseen(self.blind)


def _whole(name: str, values: list[float | None]) -> list[float]:
    """A column with holes is none: what it did in them, nobody knows."""
    known = [each for each in values if each is not None]
    if len(known) < len(values):
        raise Unseen(f"{name} was seen in {len(known)} of {len(values)} samples")
    return known


def read(directory: Path, profile: Profile) -> Seen:
    """Never raises for files that are missing or torn: they are a reason to know nothing."""
    lines, torn = _lines(directory / folder.SAMPLES)
    end: Json = next((each for each in lines if each.get("type") == "end"), {})
    began = end.get("run_began_s") or 0.0
    samples = [each | {"at_s": each["at_s"] - began} for each in lines if each.get("type") == "sample"]
    spans = limits.judged_spans(profile)
    chosen = [each for each in samples if _within(each["at_s"], spans)]
    answers, _torn = _lines(directory / folder.ANSWERS)
    zero = began + end.get("began_monotonic_s", 0.0)
    told = [each | {"at_s": each["monotonic_s"] - zero} for each in answers]
    return Seen(
        samples=chosen,
        answers=[each for each in told if not end or _within(each["at_s"], spans)],
        whole=samples,
        end=end,
        blind=torn or _blind(end, chosen, spans),
    )


def _blind(end: Json, samples: Sequence[Json], spans: Sequence[tuple[float, float]]) -> str:
    if not end:
        return "the watch did not come to its end"
    if end["failed"] is not None:
        return f"the watch failed: {end['failed']}"
    if end["run_began_s"] is None:
        return "nobody knows when the run began on the watch's clock"
    for began, ended in spans:
        within = [began, *(each["at_s"] for each in samples if began <= each["at_s"] <= ended), ended]
        widest = max(later - earlier for earlier, later in itertools.pairwise(within))
        if widest > _GAP_S:
            return f"the watch has a gap of {widest:.1f} s"
    return "" if len(samples) >= _FEWEST else f"{len(samples)} samples are too few"


def _within(at_s: float, spans: Sequence[tuple[float, float]]) -> bool:
    return any(began <= at_s <= ended for began, ended in spans)


def _lines(path: Path) -> tuple[list[dict[str, Any]], str]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()], ""
    except FileNotFoundError:
        return [], f"there is no {path.name}: nobody watched"
    except ValueError:
        return [], f"{path.name} is torn"
