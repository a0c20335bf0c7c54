"""What did not end as it should: grouped by what it was, each group with the first few of its requests."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

_SAMPLES: Final = 3
_MARKS: Final = ('"unexpected":true', '"error":')  # as the history writes them

Json = dict[str, Any]


def of_history(path: Path) -> list[Json]:
    """The most frequent first. A torn line tells nothing here; that the history is torn, its judges say."""
    with path.open(encoding="utf-8") as lines:
        return grouped(_failed(line for line in lines if any(mark in line for mark in _MARKS)))


def _failed(lines: Iterable[str]) -> Iterator[Json]:
    for text in lines:
        try:
            line: Json = json.loads(text)
        except ValueError:
            continue
        if line.get("unexpected") is True or "error" in line:
            yield line


def grouped(failed: Iterable[Json]) -> list[Json]:
    groups: defaultdict[tuple[str, str, str], list[Json]] = defaultdict(list)
    counts: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for line in failed:
        kind = str(line["f"]), str(line.get("http") or "none"), str(line.get("error", "")).partition(":")[0]
        counts[kind] += 1
        if len(groups[kind]) < _SAMPLES:
            groups[kind].append(_sample(line))
    return [
        {"verb": kind[0], "status": kind[1], "error": kind[2], "count": counts[kind], "samples": groups[kind]}
        for kind in sorted(groups, key=lambda each: (-counts[each], each))
    ]


def _sample(line: Json) -> Json:
    told = {"at_s": round(float(line["t"]), 3), "person": line["p"], "intent": line["intent"]}
    return told | {"error": line.get("error"), "answer": line.get("answer")}
