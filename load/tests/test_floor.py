"""The generator measures its own floor in the process that makes the load, and the judge reads it from the folder."""

from pathlib import Path

import pytest

from load import folder
from load.generating import generate
from load.histogram import Histogram
from load.history import read
from load.judge import judge
from load.tests import made_run
from load.tests.made_run import doctored
from load.tests.toys import lookers, spec, toy_server
from load.workers import results


def test_the_floor_is_measured_before_the_run_and_is_no_part_of_it(tmp_path: Path) -> None:
    """The toy takes half a second for each answer: none of it is in the floor, and nothing of the floor in the run."""
    profile = lookers(users=60, rate=40, lasting_s=1)
    with toy_server("law", "0.5", "0.6", "1", "1000", str(tmp_path / "took")) as shop:
        generate(spec(shop.url, profile, tmp_path) | {"floor_s": 0.5}, tmp_path, lambda _line: None)
    outcome = folder.read(tmp_path / folder.GENERATOR)
    waited = Histogram.from_json(outcome["floor"]["waited"])
    assert outcome["floor"]["errors"] == 0
    assert 10 <= waited.count <= 100
    assert (waited.percentile(0.5) or 1000) < 300
    intents = {line["intent"] for line in read(tmp_path / folder.HISTORY)}
    assert len(intents) == 2 * sum(outcome["started"].values())


@pytest.mark.parametrize(
    ("floor_ms", "state", "verdict"),
    [(5.0, "TRUSTED", "PASS"), (25.0, "DEGRADED", "PASS"), (120.0, "INVALID", "INVALID")],
)
def test_a_floor_near_the_tightest_limit_is_no_instrument(
    floor_ms: float, state: str, verdict: str, tmp_path: Path
) -> None:
    run = made_run.make(tmp_path / "run")
    assert made_run.PROFILE.limits.calls_p95_ms == 200
    floor = Histogram()
    for _ in range(100):
        floor.record(floor_ms)
    with doctored(run, folder.GENERATOR) as generator:
        generator["floor"]["waited"] = floor.to_json()
    result = judge(run)
    assert (result["trust"]["state"], result["verdict"]) == (state, verdict)
    assert ("its own floor" in "; ".join(result["trust"]["reasons"])) is (state != "TRUSTED")
    assert result["generator"]["floor_p95_ms"] == pytest.approx(floor_ms, rel=0.01)


def test_a_floor_that_nobody_measured_or_answered_is_unknown(tmp_path: Path) -> None:
    run = made_run.make(tmp_path / "run")
    with doctored(run, folder.GENERATOR) as generator:
        generator["floor"]["errors"] = 1
    result = judge(run)
    assert result["generator"]["floor_p95_ms"] is None
    assert result["trust"]["reasons"] == ("nobody measured its floor",)


def test_workers_have_a_floor_together_and_none_when_one_of_them_has_none(tmp_path: Path) -> None:
    one = folder.read(made_run.make(tmp_path / "run") / folder.GENERATOR) | {"stopped_at_s": None}
    assert results.outcome([one, one], 2)["floor"]["waited"]["count"] == 2 * one["floor"]["waited"]["count"]
    other = {name: value for name, value in one.items() if name != "floor"}
    assert "floor" not in results.outcome([one, other], 2)
