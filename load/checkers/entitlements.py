"""A plan is open from its payment on, and not before anybody has asked for it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from fixtures.books import Difference
from load.checkers.checker import Checker
from load.checkers.seen import Seen

_READING: Final = "entitlements"
_PAID: Final = "active"

Line = Mapping[str, Any]


def access_follows_what_was_paid(told: Mapping[str, Sequence[Line]]) -> Iterator[Difference]:
    """At every reading: whoever was told that the plan is active has one, and whoever never asked for one has none."""
    for actor, lines in told.items():
        asked = [line for line in lines if line["f"] != _READING]
        for reading in (line for line in lines if line["f"] == _READING):
            at, is_open = f"reading at {reading['t']:.3f} s", reading["rank"] > 0
            if not is_open and any(_is_paid(each) and each["t"] < reading["sent"] for each in asked):
                yield Difference("paid-and-closed", actor, f"{at}: {reading['tier']}")
            if is_open and not any(each["sent"] < reading["t"] for each in asked):
                yield Difference("open-and-never-asked-for", actor, f"{at}: {reading['tier']}")


def _is_paid(asked: Line) -> bool:
    return asked["type"] == "ok" and asked.get("state") == _PAID


def _by_actor(seen: Seen) -> Mapping[str, Sequence[Line]]:
    found: defaultdict[str, list[Line]] = defaultdict(list)
    for line in seen.told.plans:
        if line["f"] != _READING or "rank" in line:
            found[line["actor"]].append(line)
    return found


def _readings(told: Mapping[str, Sequence[Line]]) -> int:
    return sum(line["f"] == _READING for lines in told.values() for line in lines)


CHECKERS: Final[tuple[Checker[Any], ...]] = (
    Checker(access_follows_what_was_paid, _by_actor, _readings, "readings of what is open"),
)
