"""Judge a run from its folder, offline: `python -m load.judge DIR`.

Nothing here asks the system or the clock, so a third party who is handed the folder reaches the same verdict. The exit
codes are those of `python -m load run`.
"""

import gc
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import orjson

from load import failures, folder, gates, history, limits, rendering, report, seconds
from load.attribution import judged as attributed
from load.attribution import seen as attribution_seen
from load.capacity import found as capacity
from load.checkers import every, invariants, outcomes
from load.checkers.logs import OF_THE_SYSTEM
from load.checkers.seen import Seen
from load.evidence import lines as evidence_lines
from load.findings import EXIT_CODES, Finding, Verdict, verdict
from load.generator import Trust, Vitals
from load.generator import judge as judge_generator
from load.histogram import Histogram
from load.measures import Measures
from load.nemesis import judged as nemesis
from load.operations import Told, told
from load.parser import Parser
from load.profile import Profile

_REQUIRED: Final = (folder.RUN, folder.GENERATOR, folder.MACHINE, folder.HISTOGRAMS, folder.HISTORY, folder.SNAPSHOT)

Stored = Mapping[str, Any]


class UnjudgeableError(Exception):
    """Something that a verdict needs is missing; the text names it."""


def judge(directory: Path) -> dict[str, Any]:
    """Write result.json, junit.xml and report.html into the folder and return the result. Raises UnjudgeableError."""
    missing = [name for name in _REQUIRED if not (directory / name).is_file()]
    if missing:
        raise UnjudgeableError(f"{directory} holds no whole run: {', '.join(missing)} is missing")
    run = folder.read(directory / folder.RUN)
    generator, measures = folder.read(directory / folder.GENERATOR), _measures(directory)
    profile = Profile.from_json(run["profile"]).until(generator.get("stopped_at_s"))
    machine = folder.read(directory / folder.MACHINE)
    # A target on this machine is not the run's own process, and its work would be taken for somebody else's.
    vitals = _vitals(profile, generator, machine["foreign_share"] if run["own_system"] else 0.0)
    trust = judge_generator(vitals, limits.tightest_ms(profile.limits), profile.limits.drops_percent)
    faults = nemesis.judged(directory, profile.nemesis)
    left, of_checkers = _seen(directory, generator.get("unheard", ()))
    found = [
        *_speed(profile, left.stored, measures, generator, _began_s(directory)),
        *_gates(profile, directory, generator),
    ]
    found += [*of_checkers, *faults.findings]
    seen = attribution_seen.read(directory, profile)
    found += attributed.findings(seen, attributed.steady_s(profile))
    reached: Verdict = "BROKEN" if generator["crashes"] or generator["interrupted"] else verdict(found, trust)
    result = _result(run, reached, trust, found, measures, profile) | {
        "generator": _told(generator),
        "machine": machine,
        "preflight": folder.read(checked) if (checked := directory / folder.PREFLIGHT).is_file() else None,
        "failures": failures.of_history(directory / folder.HISTORY),
        "attribution": attributed.attribution(seen),
        "faults": faults.told,
        "outcomes": outcomes.told(left.verdicts),
    }
    folder.write(directory / folder.RESULT, result)
    capacity.of_steps(directory, result["trust"])
    rendering.leave(directory)
    return result


def _measures(directory: Path) -> Measures:
    return Measures.from_json(folder.read(directory / folder.HISTOGRAMS))


def _vitals(profile: Profile, generator: Stored, foreign_share: float) -> Vitals:
    judged = limits.judged_phases(profile) or [phase.name for phase in profile.phases]  # stopped before any was judged
    counted = {name: limits.total(generator[name], judged) for name in ("planned", "started", "dropped")}
    return Vitals(
        hub_lag=Histogram.from_json(generator["hub_lag"]),
        lateness=Histogram.from_json(generator["lateness"]),
        cpu=generator["cpu"],
        unfinished=generator["unfinished"],
        workers_expected=generator["workers_expected"],
        workers_finished=generator["workers_finished"],
        foreign_share=foreign_share,
        floor=_floor(generator),
        **counted,
    )


def _floor(generator: Stored) -> Histogram | None:
    """Requests that went wrong there were answered by nobody, and tell nothing."""
    seen = generator.get("floor")
    return None if seen is None or seen["errors"] else Histogram.from_json(seen["waited"])


def _speed(profile: Profile, snapshot: Stored, measures: Measures, generator: Stored, began_s: float) -> list[Finding]:
    judged_s = sum(phase.seconds for phase in profile.phases if phase.judged)
    paid = sum(generator["paid"].get(phase, 0) for phase in limits.judged_phases(profile))
    seen = limits.Observed(measures, paid, judged_s, _webhooks(profile, began_s, snapshot["webhooks"]))
    return list(limits.findings(profile, seen))


def _began_s(directory: Path) -> float:
    """On the machine's monotonic clock; for a history that cannot be read no webhook lies in any phase."""
    try:
        return float(history.header(directory / folder.HISTORY)["monotonic_s"])
    except (OSError, history.TornHistoryError, KeyError):
        return math.inf


def _gates(profile: Profile, directory: Path, generator: Stored) -> list[Finding]:
    """Seconds that cannot be read tell nothing; a gate is unknown then."""
    try:
        kept = seconds.read(directory / folder.SECONDS)
    except (ValueError, KeyError, TypeError):
        kept = {}
    return list(gates.findings(profile, kept, generator["workers_expected"], generator.get("stopped_at_s")))


def _webhooks(profile: Profile, began_s: float, webhooks: Iterable[tuple[float, float]]) -> Histogram:
    """Of the events that were caused in judged phases."""
    seen, spans = Histogram(), limits.judged_spans(profile)
    for at_s, waited_ms in webhooks:
        if any(begin <= at_s - began_s < end for begin, end in spans):
            seen.record(waited_ms)
    return seen


def _seen(directory: Path, unheard: Iterable[str]) -> tuple[Seen, list[Finding]]:
    """What the run left behind, and what its checkers find there.

    A history or a snapshot that cannot be read leaves the money unknown; it never passes.
    """
    with _nothing_swept():
        stored = orjson.loads((directory / folder.SNAPSHOT).read_bytes())
        logs = [path for name in OF_THE_SYSTEM if (path := directory / folder.LOGS / name).is_file()]
        seen = Seen(stored, Told(), frozenset(unheard), logs)
        try:
            seen.told = told(history.read(directory / folder.HISTORY))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, nothing can be relied on
            return seen, every.without_history(seen, f"the history could not be read: {type(error).__name__}: {error}")
        return seen, every.findings(seen)


@contextmanager
def _nothing_swept() -> Iterator[None]:
    """What is read here is kept to the end: to look through it for garbage, again and again, would find none."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


def _result(  # noqa: PLR0917 - the members of the file, in their order
    run: Stored, reached: Verdict, trust: Trust, found: list[Finding], measures: Measures, profile: Profile
) -> dict[str, Any]:
    phases = limits.judged_phases(profile)
    return {
        "schema": 1,
        "verdict": reached,
        "exit_code": EXIT_CODES[reached],
        "profile": run["profile"],
        "run": {name: value for name, value in run.items() if name != "profile"},
        "trust": asdict(trust),
        "findings": [each.to_json() for each in found],
        "invariants": invariants.table(found, every.idle(found)),
        "verbs": [report.verb_row(verb, series) for verb, series in measures.verbs(phases).items()],
        "evidence": evidence_lines(profile.name, found, trust, reached),
    }


def _told(generator: Stored) -> dict[str, Any]:
    lag, late = (Histogram.from_json(generator[name]).percentile(0.99) for name in ("hub_lag", "lateness"))
    names = (
        "workers_expected",
        "workers_finished",
        "planned",
        "started",
        "dropped",
        "unfinished",
        "unanswered",
        "interrupted",
        "crashes",
        "cpu",
    )
    told = {name: generator[name] for name in names} | {"stopped_at_s": generator.get("stopped_at_s")}
    told |= {"lost": generator.get("lost", [])}
    floor = _floor(generator)
    own = {"floor_p95_ms": None if floor is None else floor.percentile(0.95)}
    return told | own | {"hub_lag_p99_ms": lag, "lateness_p99_ms": late}


def main() -> int:
    parser = Parser(prog="python -m load.judge", description=__doc__)
    parser.add_argument("directory", type=Path, metavar="DIR", help="the folder of a run, such as reports/load/smoke")
    directory = parser.parse_args().directory
    try:
        result = judge(directory)
    except UnjudgeableError as error:
        print(f"load: {error}", file=sys.stderr)  # noqa: T201 - the command's own words
        return EXIT_CODES["BROKEN"]
    print(report.text(result))  # noqa: T201 - same
    return int(result["exit_code"])


if __name__ == "__main__":
    sys.exit(main())
