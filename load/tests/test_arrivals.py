import itertools
import statistics

import pytest

from load.arrivals import planned
from load.profile import Phase

MIX = {"student.buy": 3.0, "visitor.look_around": 1.0}


def phase(*, seconds: float = 200.0, rate: float = 50.0, until: float | None = None) -> Phase:
    return Phase("steady", seconds, rate, judged=True, until_arrivals_per_s=until)


def test_the_same_seed_plans_the_same_run() -> None:
    assert list(planned([phase()], MIX, 4)) == list(planned([phase()], MIX, 4))
    assert list(planned([phase()], MIX, 4)) != list(planned([phase()], MIX, 5))


def test_the_gaps_are_those_of_independent_people() -> None:
    due = [arrival.due_s for arrival in planned([phase()], MIX, 1)]
    gaps = [later - earlier for earlier, later in itertools.pairwise(due)]
    assert len(due) == pytest.approx(10_000, rel=0.03)
    # Of an exponential law, and of no steadier one, the deviation equals the mean.
    assert statistics.stdev(gaps) == pytest.approx(statistics.mean(gaps), rel=0.05)


def test_a_ramp_reaches_its_rate() -> None:
    due = [arrival.due_s for arrival in planned([phase(rate=0.001, until=100.0, seconds=100.0)], MIX, 2)]
    assert len(due) == pytest.approx(5_000, rel=0.05)
    assert sum(moment > 50 for moment in due) / len(due) == pytest.approx(0.75, abs=0.03)


def test_journeys_come_in_the_shares_of_the_mix() -> None:
    journeys = [arrival.journey for arrival in planned([phase()], MIX, 3)]
    assert journeys.count("student.buy") / len(journeys) == pytest.approx(0.75, abs=0.02)


def test_phases_follow_each_other() -> None:
    plan = list(planned([phase(seconds=10), Phase("after", 10, 50, judged=False)], MIX, 1))
    assert all((arrival.due_s < 10) == (arrival.phase == "steady") for arrival in plan)
    assert [arrival.number for arrival in plan] == list(range(len(plan)))
