"""What each profile needs of the capacity that was found."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from load.profile import PROFILES, Profile, load
from load.users import NAMES

_SAME: Final = 0.01


@dataclass(frozen=True, slots=True)
class Need:
    """Requests a second at the profile's highest rate, as a share of the capacity.

    `same_mix` is false where its people do other things than those who were counted: the share is a rough one then.
    """

    profile: str
    arrivals_per_s: float
    requests_per_s: float
    share: float
    same_mix: bool

    def to_json(self) -> dict[str, Any]:
        return {name: round(each, 3) if isinstance(each, float) else each for name, each in asdict(self).items()}


def profiles() -> list[Profile]:
    return [load(path.stem, NAMES) for path in sorted(PROFILES.glob("*.toml"))]


def needs(known: Iterable[Profile], run: Profile, requests_per_arrival: float, capacity: float) -> Iterator[Need]:
    """The least first. The profile of the run itself is left out: it was made to exceed what there is."""
    found = [_need(each, run, requests_per_arrival, capacity) for each in known if each.name != run.name]
    yield from sorted(found, key=lambda need: need.share)


def _need(profile: Profile, run: Profile, requests_per_arrival: float, capacity: float) -> Need:
    arrivals = max(phase.rate(at) for phase in profile.phases for at in (0.0, phase.seconds))
    requests = arrivals * requests_per_arrival
    return Need(profile.name, arrivals, requests, requests / capacity, _is_same_mix(profile, run))


def _is_same_mix(one: Profile, other: Profile) -> bool:
    return all(abs(_share(one, name) - _share(other, name)) < _SAME for name in one.mix.keys() | other.mix.keys())


def _share(profile: Profile, journey: str) -> float:
    return profile.mix.get(journey, 0.0) / sum(profile.mix.values())
