"""What a run says of the system's capacity, as JSON. Nothing is quoted that was not nearly reached."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from load import folder
from load.capacity.headroom import needs, profiles
from load.capacity.steps import Held, held
from load.capacity.usl import MINIMUM_STEPS, REACHED, Fit, Interval, fit
from load.findings import EXIT_CODES, Verdict
from load.history import TornHistoryError, read
from load.measures import Measures
from load.profile import Profile

_FEWEST: Final = 2

Json = dict[str, Any]


def of_steps(directory: Path, trust: Mapping[str, Any]) -> Json | None:
    """Write capacity.json, and return it; None for a run that never changed its rate, which has nothing to say."""
    profile = Profile.from_json(folder.read(directory / folder.RUN)["profile"])
    rates = {phase.arrivals_per_s for phase in profile.phases if phase.judged and phase.until_arrivals_per_s is None}
    return of_run(directory, trust) if len(rates) >= _FEWEST else None


def of_run(directory: Path, trust: Mapping[str, Any]) -> Json:
    """Write capacity.json, and return it."""
    planned = Profile.from_json(folder.read(directory / folder.RUN)["profile"])
    generator = folder.read(directory / folder.GENERATOR)
    stopped_at_s = generator.get("stopped_at_s")
    profile = _made(planned, stopped_at_s)
    measures = Measures.from_json(folder.read(directory / folder.HISTOGRAMS))
    try:
        steps = held(profile, measures, generator["dropped"], read(directory / folder.HISTORY))
    except TornHistoryError as torn:
        found = _undecided(f"the steps cannot be counted: {torn}")
    else:
        arrivals, requests = sum(generator["started"].values()), measures.of(measures.phases).waited.count
        found = judged(profile, steps, requests / arrivals if arrivals else 0.0, trust, profiles())
    if stopped_at_s is not None:
        found |= {"reason": f"{found['reason']}; {_stopped(planned, stopped_at_s)}"}
    folder.write(directory / folder.CAPACITY, found)
    return found


def _made(planned: Profile, stopped_at_s: float | None) -> Profile:
    """A step that had not lasted half its time when a gate stopped the run is none: it had hardly begun."""
    made = planned.until(stopped_at_s)
    last, whole = made.phases[-1], planned.phases[len(made.phases) - 1]
    if last.seconds >= whole.seconds / 2:
        return made
    return replace(made, phases=(*made.phases[:-1], replace(last, judged=False)))


def _stopped(planned: Profile, at_s: float) -> str:
    made = planned.until(at_s).phases
    left = len(planned.phases) - len(made)
    return f"a gate stopped the run after {at_s:.0f} s, in “{made[-1].name}”; phases that did not begin: {left}"


def judged(
    profile: Profile,
    steps: Sequence[Held],
    requests_per_arrival: float,
    trust: Mapping[str, Any],
    known: Iterable[Profile],
) -> Json:
    if not steps:
        return _undecided("no judged phase of a steady rate has a request that ended well")
    seen = max(each.step.throughput for each in steps)
    fitted = fit([each.step for each in steps]) if len(steps) >= MINIMUM_STEPS else None
    verdict, reason = _verdict(fitted, seen, len(steps), trust)
    capacity = fitted.law.maximum if fitted and verdict == "PASS" else None
    share_of = list(needs(known, profile, requests_per_arrival, capacity or seen))
    by_rate = sorted(steps, key=lambda each: each.arrivals_per_s)
    within = [each.step.throughput for each in takewhile(lambda each: each.within_limits, by_rate)]
    return {
        "schema": 1,
        "verdict": verdict,
        "exit_code": EXIT_CODES[verdict],
        "reason": reason,
        "capacity_per_s": _finite(capacity),
        "at_least_per_s": _finite(seen),
        "within_limits_per_s": _finite(max(within, default=None)),
        "requests_per_arrival": _finite(requests_per_arrival),
        "fit": _told(fitted) if fitted else None,
        "steps": [each.to_json() for each in steps],
        "profiles": [each.to_json() for each in share_of],
    }


def _verdict(fitted: Fit | None, seen: float, steps: int, trust: Mapping[str, Any]) -> tuple[Verdict, str]:
    """A load that was not made because the system was full is what steps are for; a sick generator is not."""
    if trust["state"] == "INVALID" and not trust["undelivered"]:
        return "INVALID", f"not the system but the generator or its machine may have been the limit: {_reasons(trust)}"
    if trust["disturbed"]:
        return "INCONCLUSIVE", f"at least {seen:.0f}/s, and more on a machine of its own: {_reasons(trust)}"
    if fitted is None:
        reason = f"{steps} of the {MINIMUM_STEPS} steps that a fit needs"
        return "INCONCLUSIVE", f"capacity not reached: at least {seen:.0f}/s ({reason})"
    if fitted.is_worse_than_noise:
        doubt = f"the steps miss the law by {fitted.residual:.0%}, their own noise is {_percent(fitted.noise)}"
        return "INCONCLUSIVE", f"{doubt}: the measurement is in doubt; at least {seen:.0f}/s"
    high = fitted.intervals["maximum"].high
    if seen < REACHED * high:
        bend = f"the highest step must come within {REACHED:.0%} of the maximum, which may be {_per_s(high)}"
        return "INCONCLUSIVE", f"capacity not reached: at least {seen:.0f}/s ({bend})"
    return "PASS", _sentence(fitted)


def _reasons(trust: Mapping[str, Any]) -> str:
    return "; ".join(trust["reasons"])


def _sentence(fitted: Fit) -> str:
    law, interval = fitted.law, fitted.intervals["maximum"]
    where = "without falling again" if math.isinf(law.best_concurrency) else f"with {law.best_concurrency:.0f} at once"
    return f"capacity {law.maximum:.0f}/s (95 % interval {interval.low:.0f} to {interval.high:.0f}), {where}"


def _told(fitted: Fit) -> Json:
    law = fitted.law
    values = {
        "lambda": law.lamda,
        "sigma": law.sigma,
        "kappa": law.kappa,
        "best_concurrency": law.best_concurrency,
        "maximum": law.maximum,
    }
    sought = {name: {"value": _finite(value), **_ends(fitted.intervals[name])} for name, value in values.items()}
    noise = None if fitted.noise is None else round(fitted.noise, 4)
    return sought | {"residual": round(fitted.residual, 4), "noise": noise}


def _ends(interval: Interval) -> Json:
    return {"low": _finite(interval.low), "high": _finite(interval.high)}


def _finite(value: float | None) -> float | None:
    """JSON knows no infinity; what levels off without an end has none."""
    return None if value is None or math.isinf(value) else float(f"{value:.6g}")


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.0%}"


def _per_s(value: float) -> str:
    return "any" if math.isinf(value) else f"{value:.0f}/s"


def _undecided(reason: str) -> Json:
    verdict: Verdict = "INCONCLUSIVE"
    nothing = dict.fromkeys(("capacity_per_s", "at_least_per_s", "within_limits_per_s", "requests_per_arrival", "fit"))
    head = {"schema": 1, "verdict": verdict, "exit_code": EXIT_CODES[verdict], "reason": reason}
    return head | nothing | {"steps": [], "profiles": []}


def text(found: Mapping[str, Any]) -> str:
    """For the terminal: the verdict last."""
    lines = [
        f"  {each['name']}: {each['throughput_per_s']:.1f}/s with {each['concurrency']:.1f} at once, "
        f"limits {'held' if each['within_limits'] else 'broken'}"
        for each in found["steps"]
    ]
    lines += [f"  {need(each, found)}" for each in found["profiles"]]
    return "\n".join([*lines, f"capacity: {found['verdict']}. {found['reason']}"])


def need(profile: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Such as: peak needs 61 % of capacity."""
    of = "of capacity" if found["capacity_per_s"] else "of what was seen, at most"
    rough = "" if profile["same_mix"] else "; roughly, since its people do other things"
    return f"{profile['profile']} needs {100 * profile['share']:.0f} % {of} ({profile['requests_per_s']:.0f}/s{rough})"
