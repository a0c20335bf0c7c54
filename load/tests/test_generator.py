from dataclasses import replace

import pytest

from load.generator import Vitals, judge
from load.histogram import Histogram

TIGHTEST_MS, DROPS_PERCENT = 200.0, 0.1


def histogram(*milliseconds: float) -> Histogram:
    recorded = Histogram()
    for each in milliseconds:
        recorded.record(each)
    return recorded


def healthy() -> Vitals:
    return Vitals(
        hub_lag=histogram(*[1.0] * 1000),
        lateness=histogram(*[1.0] * 1000),
        cpu=[0.3] * 20,
        planned=1000,
        started=1000,
        dropped=0,
        unfinished=0,
        workers_expected=1,
        workers_finished=1,
        foreign_share=0.0,
        floor=histogram(*[2.0] * 100),
    )


def test_a_healthy_generator_is_trusted() -> None:
    assert judge(healthy(), TIGHTEST_MS, DROPS_PERCENT).state == "TRUSTED"


@pytest.mark.parametrize(
    ("sick", "because"),
    [
        (replace(healthy(), hub_lag=histogram(*[60.0] * 1000)), "lagged 60 ms"),
        (replace(healthy(), cpu=[0.3] * 10 + [0.95] * 5), "more than 90% of its core"),
        (replace(healthy(), started=998, dropped=2), "2 of 1000 arrivals were dropped"),
        (replace(healthy(), started=960), "only 960 of 1000"),
        (replace(healthy(), workers_expected=2), "did not finish"),
        (replace(healthy(), planned=0, started=0), "measured nothing"),
        (replace(healthy(), hub_lag=Histogram()), "measured nothing"),
        (replace(healthy(), floor=histogram(*[105.0] * 100)), "its own floor is 105 ms at p95, above half"),
    ],
)
def test_a_generator_that_cannot_be_trusted_is_invalid(sick: Vitals, because: str) -> None:
    trust = judge(sick, TIGHTEST_MS, DROPS_PERCENT)
    assert trust.state == "INVALID"
    assert because in "; ".join(trust.reasons)


@pytest.mark.parametrize(
    "tired",
    [
        replace(healthy(), hub_lag=histogram(*[15.0] * 1000)),
        replace(healthy(), cpu=[0.3, 0.8, 0.3]),
        replace(healthy(), started=985),
        replace(healthy(), foreign_share=0.2),
        replace(healthy(), floor=histogram(*[22.0] * 100)),
        replace(healthy(), floor=None),
    ],
)
def test_a_tired_generator_is_named_and_still_believed(tired: Vitals) -> None:
    trust = judge(tired, TIGHTEST_MS, DROPS_PERCENT)
    assert trust.state == "DEGRADED"
    assert trust.reasons


def test_a_full_machine_disturbs_and_a_shared_one_is_named() -> None:
    full = judge(replace(healthy(), foreign_share=0.55), TIGHTEST_MS, DROPS_PERCENT)
    shared = judge(replace(healthy(), foreign_share=0.2), TIGHTEST_MS, DROPS_PERCENT)
    assert (full.disturbed, shared.disturbed) == (True, False)
    assert full.reasons == ("other work used 55% of the machine's CPU",)


def test_drops_on_a_full_machine_are_not_held_against_the_system() -> None:
    dropping = replace(healthy(), foreign_share=0.55, started=900, dropped=100)
    assert judge(dropping, TIGHTEST_MS, DROPS_PERCENT).undelivered is False


def test_a_busy_second_now_and_then_is_no_saturation() -> None:
    assert judge(replace(healthy(), cpu=[0.95, 0.3] * 10), TIGHTEST_MS, DROPS_PERCENT).state == "DEGRADED"
