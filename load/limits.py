"""The limits of a profile, held against what the judged phases measured. No sample, no pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from load.findings import Finding, Outcome
from load.histogram import ERROR, Histogram
from load.measures import Measures, Series
from load.profile import Limits, Profile


@dataclass(frozen=True, slots=True)
class Observed:
    """The judged phases only. `paid` counts the payments that succeeded; webhooks are from the event to its effect."""

    measures: Measures
    paid: int
    judged_s: float
    webhooks: Histogram


def judged_spans(profile: Profile) -> list[tuple[float, float]]:
    """Seconds of the run, from and to."""
    spans, began = [], 0.0
    for phase in profile.phases:
        if phase.judged:
            spans.append((began, began + phase.seconds))
        began += phase.seconds
    return spans


def judged_phases(profile: Profile) -> list[str]:
    return [phase.name for phase in profile.phases if phase.judged]


def findings(profile: Profile, seen: Observed) -> Iterator[Finding]:
    limits, phases = profile.limits, judged_phases(profile)
    payments, calls = seen.measures.of(phases, payments=True), seen.measures.of(phases, payments=False)
    yield _p95(
        "payments p95", payments.waited, limits.payments_p95_ms, limits, proves=("B2.1",), beside=payments.service
    )
    yield _p95("other calls p95", calls.waited, limits.calls_p95_ms, limits, proves=("B2.1",), beside=calls.service)
    yield _errors(seen.measures.of(phases), limits)
    yield _rate(seen, limits)
    yield _p95("webhook applied p95", seen.webhooks, limits.webhook_p95_ms, limits, proves=("B2.2",))


def _p95(
    check: str,
    waited: Histogram,
    limit_ms: float,
    limits: Limits,
    *,
    proves: tuple[str, ...],
    beside: Histogram | None = None,
) -> Finding:
    measured, (low, high) = waited.percentile(0.95), waited.interval(0.95)
    outcome, why = _judged(waited.count, limits.minimum_samples, low, high, limit_ms)
    detail = f"{_ms(measured)} (95 % interval {_ms(low)} to {_ms(high)}, n = {waited.count}), limit {limit_ms:.0f} ms"
    if beside is not None:
        detail += f"; service time alone {_ms(beside.percentile(0.95))}"
    detail += f"; p99 {_ms(waited.percentile(0.99))}"
    return Finding(
        check,
        "speed",
        outcome,
        detail + why,
        proves,
        measured=_ms(measured),
        limit=f"< {limit_ms:.0f} ms",
        interval=f"{_ms(low)} to {_ms(high)}",
        samples=waited.count,
    )


def _judged(count: int, minimum: int, low: float | None, high: float | None, limit: float) -> tuple[Outcome, str]:
    """Decided only when the whole interval, widened by the histogram's own error, lies on one side of the limit."""
    if count < minimum:
        return "unknown", f"; at least {minimum} samples are needed"
    if high is not None and high * (1 + ERROR) < limit:
        return "pass", ""
    if low is not None and low * (1 - ERROR) >= limit:
        return "fail", ""
    return "unknown", "; too close to the limit to call"


def _errors(series: Series, limits: Limits) -> Finding:
    asked = series.waited.count
    share = 100 * series.errors / asked if asked else 0.0
    enough = asked >= limits.minimum_samples
    outcome: Outcome = "unknown" if not enough else "pass" if share < limits.errors_percent else "fail"
    detail = (
        f"{series.errors} of {asked} requests ({share:.2f} %) did not end as they should; statuses {_statuses(series)}"
    )
    limit = f"< {limits.errors_percent} %"
    measured = f"{share:.2f} %"
    return Finding("errors", "speed", outcome, detail, ("B2.1",), measured=measured, limit=limit, samples=asked)


def _statuses(series: Series) -> str:
    return ", ".join(f"{'none' if status == '0' else status}: {n}" for status, n in sorted(series.statuses.items()))


def _rate(seen: Observed, limits: Limits) -> Finding:
    check, limit = "payments a minute", f"> {limits.payments_per_minute:.0f} / min"
    if not seen.judged_s:
        return Finding(check, "speed", "unknown", "the run ended before a judged phase", ("B2.2",), limit=limit)
    rate = 60 * seen.paid / seen.judged_s
    outcome: Outcome = "pass" if rate > limits.payments_per_minute else "fail"
    detail = f"{seen.paid} payments succeeded in {seen.judged_s:.0f} s: {rate:.0f} a minute"
    return Finding(check, "speed", outcome, detail, ("B2.2",), measured=f"{rate:.0f} / min", limit=limit)


def _ms(milliseconds: float | None) -> str:
    return "unknown" if milliseconds is None else f"{milliseconds:.0f} ms"


def tightest_ms(limits: Limits) -> float:
    return min(limits.payments_p95_ms, limits.calls_p95_ms)


def total(counts: dict[str, int], phases: Sequence[str]) -> int:
    return sum(counts.get(phase, 0) for phase in phases)
