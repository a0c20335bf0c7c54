"""A load profile is data: who comes, how often, doing what, and what must hold meanwhile.

Everything unknown or missing is refused by name before the first request: a limit with a typing error in its key
would otherwise be a limit that never fails.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Literal, Self

from load.nemesis.plan import Nemesis

PROFILES = Path(__file__).parent / "profiles"


class ProfileError(Exception):
    """The profile cannot be used; the text says which key, and what would be right."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the run. The rate goes in a straight line to until_arrivals_per_s where that is given."""

    name: str
    seconds: float
    arrivals_per_s: float
    judged: bool
    until_arrivals_per_s: float | None = None

    def rate(self, elapsed_s: float) -> float:
        if self.until_arrivals_per_s is None:
            return self.arrivals_per_s
        return self.arrivals_per_s + (self.until_arrivals_per_s - self.arrivals_per_s) * elapsed_s / self.seconds


@dataclass(frozen=True, slots=True)
class Limits:
    """What must hold over the judged phases. A percentile counts only from minimum_samples on."""

    payments_p95_ms: float
    calls_p95_ms: float
    errors_percent: float
    webhook_p95_ms: float
    payments_per_minute: float
    drops_percent: float
    minimum_samples: int


METRICS: Final = ("payments_p95_ms", "calls_p95_ms", "errors_percent", "drops_percent", "in_flight")


@dataclass(frozen=True, slots=True)
class Gate:
    """What may not last: `metric`, read over `for_s` seconds in a row, above `above`.

    A broken gate fails the run; with `then = "stop"` it also ends it: nobody else arrives, who is under way may end.
    Without `phases` it is read all the time.
    """

    metric: str
    above: float
    for_s: int
    then: Literal["stop", "fail"]
    phases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        where = f" in {', '.join(self.phases)}" if self.phases else ""
        return f"{self.metric} above {self.above:g} for {self.for_s} s{where}"


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    purpose: str
    users: int
    settle_s: float
    phases: tuple[Phase, ...]
    mix: Mapping[str, float]
    limits: Limits
    nemesis: Nemesis | None = None
    scale: float = field(default=1.0)
    gates: tuple[Gate, ...] = ()

    def scaled(self, factor: float) -> Self:
        """The same shape with another number of people and arrivals. Limits stay: they are what is promised."""
        if not factor > 0:
            raise ProfileError(f"--scale {factor} must be above 0; 1 is the profile as written")
        phases = tuple(_scaled_phase(phase, factor) for phase in self.phases)
        users = max(1, round(self.users * factor))
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return type(self)(**values | {"users": users, "phases": phases, "scale": self.scale * factor})

    @property
    def seconds(self) -> float:
        return sum(phase.seconds for phase in self.phases)

    def until(self, at_s: float | None) -> Self:
        """What of it was made by a run that was stopped at this second; all of it for None."""
        if at_s is None or at_s >= self.seconds:
            return self
        made, began = [], 0.0
        for phase in self.phases:
            if began < at_s:
                made.append(_cut(phase, at_s - began))
            began += phase.seconds
        return replace(self, phases=tuple(made))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        phases = tuple(Phase(**phase) for phase in stored["phases"])
        gates = tuple(Gate(**{**gate, "phases": tuple(gate["phases"])}) for gate in stored.get("gates", ()))
        ordered = stored.get("nemesis")
        nemesis = Nemesis(**ordered | {"faults": tuple(ordered["faults"])}) if ordered else None
        parts = {"phases": phases, "gates": gates, "limits": Limits(**stored["limits"]), "nemesis": nemesis}
        return cls(**{**stored, **parts})


def _cut(phase: Phase, seconds: float) -> Phase:
    if seconds >= phase.seconds:
        return phase
    end = None if phase.until_arrivals_per_s is None else phase.rate(seconds)
    return replace(phase, seconds=seconds, until_arrivals_per_s=end)


def _scaled_phase(phase: Phase, factor: float) -> Phase:
    end = phase.until_arrivals_per_s
    values = asdict(phase) | {"arrivals_per_s": phase.arrivals_per_s * factor}
    return Phase(**values | {"until_arrivals_per_s": None if end is None else end * factor})


def load(name_or_path: str, journeys: frozenset[str]) -> Profile:
    """Read a profile by its name in profiles/ or by path. Raises ProfileError, naming the key, for anything unknown."""
    path = Path(name_or_path) if name_or_path.endswith(".toml") else PROFILES / f"{name_or_path}.toml"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in PROFILES.glob("*.toml")))
        raise ProfileError(f"no profile {name_or_path!r}; there are {known}, or give the path of a .toml file")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{path.name} is not TOML: {error}") from None
    return parse(path.stem, raw, journeys)


def parse(name: str, raw: Mapping[str, Any], journeys: frozenset[str]) -> Profile:
    known = _checked(f"{name}.toml", raw, Profile, given_elsewhere={"name", "scale"})
    _people(f"{name}.toml", known["users"], known["settle_s"])
    phases = _phases(f"{name}.toml: phases", known["phases"])
    if not any(phase.judged for phase in phases):
        raise ProfileError(f"{name}.toml: no phase has judged = true, so nothing could be judged")
    limits, mix = _limits(f"{name}.toml: limits", known["limits"]), _mix(name, known["mix"], journeys)
    gates = _gates(f"{name}.toml: gates", known.get("gates", []), phases)
    nemesis = _nemesis(f"{name}.toml: nemesis", known["nemesis"], phases) if "nemesis" in known else None
    parts = {"phases": phases, "limits": limits, "mix": mix, "gates": gates, "nemesis": nemesis}
    return Profile(**known | {"name": name} | parts)


def _nemesis(where: str, raw: object, phases: Sequence[Phase]) -> Nemesis:
    """The last phase is kept free of faults: in it the system has to be as quick as ever."""
    from load.nemesis.faults import FAULTS  # noqa: PLC0415 - the generator knows profiles, but must not import what starts servers

    known = _checked(where, raw, Nemesis)
    faults = known.pop("faults")
    if not isinstance(faults, list) or not faults or len(set(map(str, faults))) < len(faults):
        raise ProfileError(f"{where}: faults must be a list of names, each once")
    if unknown := [each for each in faults if each not in FAULTS]:
        raise ProfileError(f"{where}: faults: unknown {unknown[0]!r}; there are {', '.join(sorted(FAULTS))}")
    if any(value <= 0 for value in _numbers(where, known).values()):
        raise ProfileError(f"{where}: {', '.join(sorted(known))} must be above 0")
    nemesis = Nemesis(faults=tuple(faults), **known)
    if not nemesis.shortest_s <= nemesis.longest_s < nemesis.every_s:
        raise ProfileError(f"{where}: shortest_s must not be above longest_s, nor longest_s as long as every_s")
    quiet = sum(phase.seconds for phase in phases[:-1])
    if nemesis.over_s + nemesis.recovery_s > quiet:
        raise ProfileError(
            f"{where}: the last fault recovers {nemesis.over_s + nemesis.recovery_s:g} s after the beginning, and the "
            f"last phase begins after {quiet:g} s: make the phases before it longer, or every_s shorter"
        )
    return nemesis


def _phase(where: str, raw: Mapping[str, Any]) -> Phase:
    known = _checked(where, raw, Phase)
    if not isinstance(known["name"], str) or not isinstance(known["judged"], bool):
        raise ProfileError(f"{where}: name must be a text, and judged true or false")
    rates = {key: value for key, value in known.items() if key not in {"name", "judged"}}
    if any(value <= 0 for value in _numbers(where, rates).values()):
        raise ProfileError(f"{where}: {', '.join(sorted(rates))} must be above 0")
    return Phase(**known)


def _phases(where: str, raw: object) -> tuple[Phase, ...]:
    """What a run measures is kept by the phase's name, so that each has one of its own."""
    if not isinstance(raw, list) or not raw:
        raise ProfileError(f"{where} must be a list of tables, [[phases]]")
    phases = tuple(_phase(f"{where}[{n}]", each) for n, each in enumerate(raw))
    names = [phase.name for phase in phases]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ProfileError(f"{where}: {twice[0]!r} is the name of more than one phase")
    return phases


def _limits(where: str, raw: object) -> Limits:
    """A limit that nothing can break is none."""
    found = _numbers(where, _checked(where, raw, Limits))
    for key, value in found.items():
        if value < 0 or (value == 0 and key not in {"errors_percent", "drops_percent"}):
            raise ProfileError(f"{where}: {key} must be above 0, not {value!r}")
    return Limits(**found)


def _gates(where: str, raw: object, phases: Sequence[Phase]) -> tuple[Gate, ...]:
    if not isinstance(raw, list):
        raise ProfileError(f"{where} must be a list of tables, [[gates]]")
    gates = tuple(_gate(f"{where}[{n}]", each, phases) for n, each in enumerate(raw))
    names = [gate.name for gate in gates]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ProfileError(f"{where}: more than one gate says {twice[0]!r}")
    return gates


def _gate(where: str, raw: object, phases: Sequence[Phase]) -> Gate:
    """A gate that is never read, or that nothing can break, is none."""
    known = _checked(where, raw, Gate)
    for key, allowed in (("metric", METRICS), ("then", ("stop", "fail"))):
        if known[key] not in allowed:
            raise ProfileError(f"{where}: unknown {key} {known[key]!r}; there are {', '.join(allowed)}")
    numbers = _numbers(where, {key: known[key] for key in ("above", "for_s")})
    most = 100 if known["metric"].endswith("_percent") else math.inf
    if not 0 <= numbers["above"] < most:
        raise ProfileError(f"{where}: above must be 0 or more, and a percentage below 100, not {known['above']!r}")
    if not isinstance(known["for_s"], int) or known["for_s"] < 1:
        raise ProfileError(f"{where}: for_s must be a whole number of seconds, 1 or more, not {known['for_s']!r}")
    return Gate(**known | {"phases": _watched(where, known, phases)})


def _watched(where: str, known: Mapping[str, Any], phases: Sequence[Phase]) -> tuple[str, ...]:
    named, there = known.get("phases", []), [phase.name for phase in phases]
    if not isinstance(named, list) or (unknown := [name for name in named if name not in there]):
        wrong = repr(unknown[0]) if isinstance(named, list) else repr(named)
        raise ProfileError(
            f"{where}: phases must be a list of names of phases, not {wrong}; there are {', '.join(there)}"
        )
    shortest = (
        min(phase.seconds for phase in phases if phase.name in named) if named else sum(p.seconds for p in phases)
    )
    if shortest < known["for_s"]:
        raise ProfileError(f"{where}: no window of {known['for_s']} s fits into {shortest:g} s")
    return tuple(named)


def _people(where: str, users: object, settle_s: object) -> None:
    if isinstance(users, bool) or not isinstance(users, int) or users < 1:
        raise ProfileError(f"{where}: users must be a whole number of 1 or more, not {users!r}")
    if _numbers(where, {"settle_s": settle_s})["settle_s"] <= 0:
        raise ProfileError(f"{where}: settle_s must be above 0, not {settle_s!r}")


def _mix(name: str, raw: object, journeys: frozenset[str]) -> dict[str, float]:
    if not isinstance(raw, Mapping):
        raise ProfileError(f"{name}.toml: mix must be a table of journeys and their shares")
    unknown = sorted(set(raw) - journeys)
    if unknown:
        raise ProfileError(f"{name}.toml: mix: unknown journey {unknown[0]!r}; there are {', '.join(sorted(journeys))}")
    shares = _numbers(f"{name}.toml: mix", raw)
    if not shares or min(shares.values()) < 0 or sum(shares.values()) <= 0:
        raise ProfileError(f"{name}.toml: mix: shares must be zero or more, with one above zero")
    return shares


def _numbers(where: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in raw.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ProfileError(f"{where}: {key} must be a number, not {value!r}")
    return dict(raw)


def _checked(
    where: str,
    raw: object,
    shape: type,
    given_elsewhere: AbstractSet[str] = frozenset(),
) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise ProfileError(f"{where} must be a table of keys")
    allowed = {each.name: each for each in fields(shape) if each.name not in given_elsewhere}
    for key in raw:
        if key not in allowed:
            raise ProfileError(f"{where}: unknown key {key!r}; allowed are {', '.join(sorted(allowed))}")
    for key, each in allowed.items():
        if key not in raw and each.default is MISSING:
            raise ProfileError(f"{where}: {key} is missing; needed are {', '.join(sorted(allowed))}")
    return dict(raw)
