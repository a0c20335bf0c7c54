"""Runs made by hand, of a server whose law is known: what they say of its capacity."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from load import folder
from load.capacity.__main__ import main
from load.capacity.headroom import needs
from load.capacity.usl import Law
from load.history import History
from load.judge import judge
from load.measures import Measures
from load.profile import Phase, Profile
from load.tests import made_run
from load.tests.made_run import doctored

SERVER = Law(0.01, 0.0002, 0.000_01)  # at most 1,216/s, with 32 at once
SECONDS = 1.0
RISING = (1, 4, 8, 16, 32, 64)

Json = dict[str, Any]


def stepped(levels: tuple[int, ...]) -> Profile:
    """The rates that a server of this law ends when so many are under way."""
    phases = [Phase(f"step {n}", SECONDS, round(SERVER.throughput(n), 1), judged=True) for n in levels]
    return replace(made_run.PROFILE, name="steps", phases=tuple(phases))


def answered(levels: tuple[int, ...], noise: float) -> Iterator[tuple[float, str, str]]:
    """As many under way as the level says, each taking as long as the law says, give or take the noise."""
    drawn = random.Random(1)  # noqa: S311 - noise that can be repeated, not a secret
    for number, level in enumerate(levels):
        began = number * SECONDS
        for place in range(level):
            at = began + drawn.random() * SERVER.response(level)
            while at < began + SECONDS:
                took = SERVER.response(level) * drawn.lognormvariate(-(noise**2) / 2, noise)
                yield at, "invoke", f"{number}.{place}.{at}"
                yield at + took, "ok", f"{number}.{place}.{at}"
                at += took


def write_history(path: Path, events: list[tuple[float, str, str]]) -> None:
    with History(path, {"seed": 1}):
        pass
    start, *_ = path.read_text(encoding="utf-8").splitlines()
    entries = [{"t": t, "p": "s0.0", "type": kind, "f": "pay", "intent": intent} for t, kind, intent in sorted(events)]
    lines = [json.loads(start), *entries, {"type": "end", "t": 0.0}]
    path.write_text("".join(json.dumps(line | {"i": n}) + "\n" for n, line in enumerate(lines)), encoding="utf-8")


def make(directory: Path, levels: tuple[int, ...] = RISING, *, noise: float = 0.1) -> Path:
    made_run.make(directory)
    profile, events = stepped(levels), list(answered(levels, noise))
    with doctored(directory, folder.RUN) as run:
        run["profile"] = profile.to_json()
    measures = Measures()
    for phase, level in zip(profile.phases, levels, strict=True):
        for _ in range(int(SECONDS * SERVER.throughput(level))):
            took = 1000 * SERVER.response(level)
            measures.record(phase.name, "pay", waited_ms=took, service_ms=took, status=201, expected=True)
    folder.write(directory / folder.HISTOGRAMS, measures.to_json())
    with doctored(directory, folder.GENERATOR) as generator:
        # Two requests for each arrival.
        sent = {phase.name: measures.of([phase.name]).waited.count // 2 for phase in profile.phases}
        generator |= {"planned": sent, "started": sent, "paid": {}}
    write_history(directory / folder.HISTORY, events)
    return directory


def capacity_of(directory: Path) -> Json:
    judge(directory)
    found: Json = folder.read(directory / folder.CAPACITY)
    return found


def test_the_capacity_of_a_known_server_lies_within_the_interval(tmp_path: Path) -> None:
    found = capacity_of(make(tmp_path / "run"))
    fitted = found["fit"]["maximum"]
    assert found["verdict"] == "PASS", found["reason"]
    assert fitted["low"] <= SERVER.maximum <= fitted["high"]
    assert fitted["high"] < 1.1 * fitted["low"]
    assert found["capacity_per_s"] == pytest.approx(SERVER.maximum, rel=0.05)
    assert [round(step["concurrency"]) for step in found["steps"]] == pytest.approx(list(RISING), rel=0.05)


def test_the_report_shows_the_curve(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    judge(run)
    page = (run / folder.REPORT).read_text(encoding="utf-8")
    assert "<h2>Capacity</h2>" in page
    assert page.count("<circle") == len(RISING)
    assert "baseline needs" in page


def test_a_run_without_steps_says_nothing_of_capacity(tmp_path: Path) -> None:
    run = made_run.make(tmp_path / "run")
    judge(run)
    assert not (run / folder.CAPACITY).exists()
    assert "<h2>Capacity</h2>" not in (run / folder.REPORT).read_text(encoding="utf-8")


@pytest.mark.parametrize("levels", [(8, 16, 32), (1, 2, 3, 4)], ids=["three steps", "a curve that never bent"])
def test_a_capacity_that_was_not_reached_is_not_quoted(tmp_path: Path, levels: tuple[int, ...]) -> None:
    found = capacity_of(make(tmp_path / "run", levels))
    assert (found["verdict"], found["exit_code"], found["capacity_per_s"]) == ("INCONCLUSIVE", 5, None)
    assert f"capacity not reached: at least {found['at_least_per_s']:.0f}/s" in found["reason"]


def test_a_step_that_another_cause_slowed_puts_the_measurement_in_doubt(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    kept = [
        event
        for event in answered(RISING, 0.1)
        if not (event[2].startswith("3.") and event[1] == "ok" and int(event[2].split(".")[1]) % 2)
    ]
    write_history(run / folder.HISTORY, kept)  # half the answers of the fourth step never came
    found = capacity_of(run)
    assert found["verdict"] == "INCONCLUSIVE"
    assert "the measurement is in doubt" in found["reason"]


def test_a_sick_generator_says_nothing_about_the_system(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    with doctored(run, folder.GENERATOR) as generator:
        generator["cpu"] = [0.99] * 20
    assert capacity_of(run)["verdict"] == "INVALID"


def test_a_machine_that_others_filled_may_hold_more(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    with doctored(run, folder.MACHINE) as machine:
        machine["foreign_share"] = 0.6
    found = capacity_of(run)
    assert (found["verdict"], found["capacity_per_s"]) == ("INCONCLUSIVE", None)
    assert found["reason"].startswith("at least 12")


def test_arrivals_dropped_by_a_full_system_are_what_a_breakpoint_is_for(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    with doctored(run, folder.GENERATOR) as generator:
        generator["dropped"] = {"step 64": 60}
    found = capacity_of(run)
    assert found["verdict"] == "PASS"
    assert [step["within_limits"] for step in found["steps"]] == [True] * 5 + [False]


def test_limits_hold_up_to_the_first_step_that_breaks_one(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    with doctored(run, folder.GENERATOR) as generator:
        generator["dropped"] = {"step 8": 60}
    found = capacity_of(run)
    assert found["within_limits_per_s"] == found["steps"][1]["throughput_per_s"]


def test_a_torn_history_is_no_capacity(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    lines = (run / folder.HISTORY).read_text(encoding="utf-8").splitlines(keepends=True)
    (run / folder.HISTORY).write_text("".join(lines[:-1]), encoding="utf-8")
    found = capacity_of(run)
    assert (found["verdict"], found["steps"]) == ("INCONCLUSIVE", [])


def test_a_profile_needs_its_highest_rate_in_requests() -> None:
    run = stepped(RISING)
    peak = replace(run, name="peak", phases=(Phase("rise", 10, 5, judged=True, until_arrivals_per_s=20),))
    other = replace(peak, name="other", mix={"visitor.look_around": 1.0})
    found = {each.profile: each for each in needs([peak, other, run], run, 3.0, 100.0)}
    assert found["peak"].share == pytest.approx(0.6)
    assert found["peak"].same_mix
    assert not found["other"].same_mix
    assert "steps" not in found


def test_the_command_ends_with_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["load.capacity", str(make(tmp_path / "run"))])
    assert main() == 0
    assert "capacity: PASS. capacity 1" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["load.capacity", str(made_run.make(tmp_path / "still"))])
    assert main() == 5
    monkeypatch.setattr("sys.argv", ["load.capacity", str(tmp_path)])
    assert main() == 3


def test_steps_that_a_gate_kept_from_happening_are_no_steps(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    with doctored(run, folder.GENERATOR) as generator:
        generator["stopped_at_s"] = 4.3  # the fifth step lasted 0.3 of its second
    found = capacity_of(run)
    assert [step["name"] for step in found["steps"]] == ["step 1", "step 4", "step 8", "step 16"]
    assert found["reason"].endswith("a gate stopped the run after 4 s, in “step 32”; phases that did not begin: 1")
    with doctored(run, folder.GENERATOR) as generator:
        generator["stopped_at_s"] = 4.8
    assert [step["throughput_per_s"] for step in capacity_of(run)["steps"]][-1] == pytest.approx(1216, rel=0.1)
