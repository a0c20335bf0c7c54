"""Gates over seconds made by hand, and what they make of a run."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from load import folder, gates
from load.comparison import runs
from load.findings import Finding
from load.gates import Watch
from load.judge import judge
from load.profile import METRICS, Gate, Phase, Profile
from load.seconds import Second, Seconds, read, summed
from load.tests import made_run
from load.tests.made_run import doctored

GATE = Gate("payments_p95_ms", above=1000, for_s=3, then="stop")
PROFILE = replace(
    made_run.PROFILE,
    phases=(Phase("before", 4, 10, judged=True), Phase("after", 6, 10, judged=True)),
    gates=(GATE,),
)
PLENTY = 40


def second(payments_ms: float | None = 50.0, *, failed: int = 0, dropped: int = 0, in_flight: int = 2) -> Second:
    """Forty payments, all of one length; none at all for None."""
    kept = Second(planned=PLENTY, dropped=dropped, in_flight=in_flight, tellers=1)
    for number in range(0 if payments_ms is None else PLENTY):
        kept.payments.record(payments_ms or 0.0)
        if number < failed:
            kept.errors.record(payments_ms or 0.0)
    return kept


def run_of(changes: Mapping[int, Second]) -> dict[int, Second]:
    return {number: changes.get(number, second()) for number in range(10)}


def finding(gate: Gate, seconds: Mapping[int, Second], tellers: int = 1) -> Finding:
    (found,) = gates.findings(replace(PROFILE, gates=(gate,)), seconds, tellers, None)
    return found


def test_every_metric_of_a_profile_can_be_read() -> None:
    assert set(gates.READERS) == set(METRICS)


SLOW = {number: second(1500.0) for number in (4, 5, 6)}
BREAKING: dict[str, Mapping[int, Second]] = {
    "payments_p95_ms": SLOW,
    "errors_percent": {number: second(failed=20) for number in (4, 5, 6)},
    "drops_percent": {number: second(dropped=20) for number in (4, 5, 6)},
    "in_flight": {number: second(in_flight=400) for number in (4, 5, 6)},
}


@pytest.mark.parametrize("metric", BREAKING)
def test_what_lasts_as_long_as_its_gate_breaks_it_and_what_holds_passes(metric: str) -> None:
    gate = Gate(metric, above=1000 if metric.endswith("_ms") else 30, for_s=3, then="fail")
    assert finding(gate, run_of({})).outcome == "pass"
    broken = finding(gate, run_of(BREAKING[metric]))
    assert (broken.outcome, broken.check) == ("fail", f"gate: {gate.name}")
    assert "from second" in broken.detail


def test_a_gate_looks_only_at_windows_that_lie_within_its_phases() -> None:
    assert finding(replace(GATE, phases=("before",)), run_of(SLOW)).outcome == "pass"
    assert finding(replace(GATE, phases=("after",)), run_of(SLOW)).outcome == "fail"
    assert list(gates.ends(replace(GATE, phases=("after",)), PROFILE)) == [7, 8, 9, 10]


def test_one_stall_is_not_what_lasts() -> None:
    """Five of a hundred and twenty, and many under way for one second."""
    few = second()
    few.payments.record(9000.0)
    assert finding(GATE, run_of({5: few})).outcome == "pass"
    assert finding(Gate("in_flight", 30, 3, "fail"), run_of({5: second(in_flight=400)})).outcome == "pass"


def test_a_window_without_a_sample_is_unknown_and_no_pass() -> None:
    silent = {number: second(None) for number in (4, 5, 6)}
    for metric in ("payments_p95_ms", "errors_percent"):
        found = finding(replace(GATE, metric=metric, above=60), run_of(silent))
        assert (found.outcome, "no sample" in found.detail) == ("unknown", True), metric
    assert finding(Gate("calls_p95_ms", 1000, 3, "fail"), run_of({})).outcome == "unknown"


def test_seconds_that_were_lost_are_unknown() -> None:
    assert finding(GATE, {}).outcome == "unknown"
    lost = run_of({})
    del lost[5]
    assert finding(GATE, lost).outcome == "unknown"
    assert finding(GATE, run_of({}), tellers=2).outcome == "unknown"


def test_what_may_lie_above_or_below_is_not_called() -> None:
    """Three of forty are more than five in a hundred, and may be chance."""
    gate = Gate("errors_percent", above=5, for_s=1, then="fail")
    found = finding(gate, run_of({5: second(failed=3)}))
    assert (found.outcome, "7.5 (n = 40) from second 5 to 6" in found.detail) == ("unknown", True)
    assert finding(gate, run_of({5: second(failed=10)})).outcome == "fail"


def lines(seconds: Mapping[int, Second]) -> Iterator[dict[str, object]]:
    for number, each in seconds.items():
        yield json.loads(json.dumps(each.to_line(number)))


def test_the_watch_says_once_when_to_stop_and_the_judge_finds_the_same_window() -> None:
    seconds, watch = run_of({number: second(1500.0) for number in range(4, 10)}), Watch(PROFILE)
    heard = [said for line in lines(seconds) if (said := watch.hear(line))]
    broken = [each for each in gates.windows(GATE, PROFILE, seconds, 1) if each.outcome == "broken"]
    assert [str(each) for each in heard] == [str(broken[0])]
    assert heard[0].ended_s == 5  # at 5 s a third of the window is slow


def test_a_gate_that_only_fails_does_not_stop() -> None:
    watch = Watch(replace(PROFILE, gates=(replace(GATE, then="fail"),)))
    assert not any(watch.hear(line) for line in lines(run_of(SLOW)))


def test_two_generators_are_judged_as_one() -> None:
    halves = [run_of({number: second(1500.0) for number in (4, 5, 6)}), run_of({})]
    both = [line for pair in zip(*map(lines, halves), strict=True) for line in pair]
    assert summed(both)[5].payments.count == 2 * PLENTY
    watch = Watch(PROFILE, tellers=2)
    (heard,) = [said for line in both if (said := watch.hear(line))]
    assert heard.measured.samples == 6 * PLENTY
    assert finding(GATE, summed(both), tellers=2).outcome == "fail"


def test_a_second_is_handed_out_when_it_is_over_and_holds_nothing_afterwards() -> None:
    kept = Seconds()
    kept.record(0.5, "pay", 20.0, expected=True)
    kept.record(2.1, "catalogue", 30.0, expected=False)
    kept.arrive(0.1, dropped=True)
    out = dict(kept.over(3.0, in_flight=7))
    assert [each.ended for each in out.values()] == [1, 0, 1]
    assert (out[0].planned, out[0].dropped, out[2].errors.count, out[1].in_flight) == (1, 1, 1, 7)
    kept.record(2.9, "pay", 20.0, expected=True)  # what came late is not lost
    assert [number for number, each in kept.over(9.0, in_flight=0) if each.ended] == [3]
    assert not list(kept.over(9.5, in_flight=0))


def stopped(directory: Path, profile: Profile, seconds: Mapping[int, Second], at_s: float) -> Path:
    made_run.make(directory)
    with doctored(directory, folder.RUN) as run:
        run["profile"] = profile.to_json()
    with doctored(directory, folder.GENERATOR) as generator:
        generator["stopped_at_s"] = at_s
    (directory / folder.SECONDS).write_text("".join(json.dumps(each) + "\n" for each in lines(seconds)), "utf-8")
    return directory


STEADY = replace(made_run.PROFILE, gates=(replace(GATE, for_s=3),))  # 4 s of warm-up, 20 s that are judged


def test_a_run_that_its_gate_stopped_has_failed_with_the_gate_named_and_its_money_is_judged(tmp_path: Path) -> None:
    run = stopped(tmp_path / "run", STEADY, run_of({7: second(9000.0), 8: second(9000.0)}), 9.1)
    result = judge(run)
    failed = {each["check"]: each["detail"] for each in result["findings"] if each["outcome"] == "fail"}
    assert (result["verdict"], result["exit_code"]) == ("FAIL", 2)
    assert list(failed) == ["gate: payments_p95_ms above 1000 for 3 s"]
    assert "which stopped the run" in failed["gate: payments_p95_ms above 1000 for 3 s"]
    assert "400 payments succeeded in 5 s" in json.dumps(result["findings"])
    assert any(each["outcome"] == "pass" and each["area"] == "money" for each in result["findings"])
    assert "which stopped the run" in (run / folder.REPORT).read_text(encoding="utf-8")
    assert "payments_p95_ms" not in runs.read(run).statistics


def test_a_run_that_was_stopped_and_nothing_shows_why_is_no_pass(tmp_path: Path) -> None:
    result = judge(stopped(tmp_path / "run", STEADY, run_of({}), 10.0))
    assert (result["verdict"], result["exit_code"]) == ("INCONCLUSIVE", 5)


def test_seconds_that_cannot_be_read_leave_the_gate_unknown(tmp_path: Path) -> None:
    run = stopped(tmp_path / "run", STEADY, run_of({}), 10.0)
    text = (run / folder.SECONDS).read_text(encoding="utf-8")
    (run / folder.SECONDS).write_text(text.replace('"count": 40', '"count": 41'), encoding="utf-8")
    with pytest.raises(ValueError, match="the buckets hold"):
        read(run / folder.SECONDS)
    assert judge(run)["verdict"] == "INCONCLUSIVE"


def test_a_run_that_was_stopped_before_a_judged_phase_says_nothing_of_its_speed(tmp_path: Path) -> None:
    run = stopped(tmp_path / "run", STEADY, run_of({0: second(9000.0), 1: second(9000.0)}), 3.0)
    with doctored(run, folder.GENERATOR) as generator:
        generator |= {"planned": {"warm-up": 18}, "started": {"warm-up": 18}, "paid": {"warm-up": 9}}
    result = judge(run)
    outcomes = {each["check"]: each["outcome"] for each in result["findings"]}
    assert (result["verdict"], outcomes["payments a minute"]) == ("FAIL", "unknown")
