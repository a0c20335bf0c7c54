"""Curves whose law is known have to come back."""

import math
import random

import pytest

from load.capacity.usl import Law, Step, Window, fit, solve

BENT = Law(0.0098, 0.0002, 0.000_005)  # lambda = 100, sigma = 0.02, kappa = 0.0005: N* = 44
LEVELS = (1, 4, 8, 16, 32, 48, 64, 96)


def measured(law: Law, *, noise: float, seed: int = 1, windows: int = 10) -> list[Step]:
    drawn = random.Random(seed)  # noqa: S311 - noise that can be repeated, not a secret
    return [
        Step(f"step {n}", tuple(Window(n, law.throughput(n) * drawn.lognormvariate(0, noise)) for _ in range(windows)))
        for n in LEVELS
    ]


@pytest.mark.parametrize(
    "law",
    [BENT, Law(0.01, 0.0, 0.0), Law(0.01, 0.001, 0.0), Law(0.01, 0.0, 0.000_002)],
    ids=["both", "a straight line", "contention alone", "coherency alone"],
)
def test_a_curve_without_noise_comes_back_whole(law: Law) -> None:
    found = solve([Window(n, law.throughput(n)) for n in LEVELS])
    assert found.lamda == pytest.approx(law.lamda, rel=1e-6)
    assert found.sigma == pytest.approx(law.sigma, abs=1e-9)
    assert found.kappa == pytest.approx(law.kappa, abs=1e-9)


def test_the_law_is_gunthers() -> None:
    n = 64
    by_hand = 100 * n / (1 + 0.02 * (n - 1) + 0.0005 * n * (n - 1))
    assert BENT.throughput(n) == pytest.approx(by_hand)
    assert BENT.best_concurrency == pytest.approx(math.sqrt((1 - 0.02) / 0.0005))
    assert BENT.maximum > max(BENT.throughput(44), BENT.throughput(45)) * (1 - 1e-6)


def test_a_queue_of_one_server_levels_off_at_its_service_rate() -> None:
    """M/M/1: N = rho / (1 - rho), far below one at little load."""
    found = solve([Window(rho / (1 - rho), 200 * rho) for rho in (0.1, 0.3, 0.5, 0.7, 0.9)])
    assert found.maximum == pytest.approx(200)
    assert found.best_concurrency == math.inf


def test_the_truth_lies_within_the_interval_nearly_always() -> None:
    inside = {"lambda": 0, "sigma": 0, "kappa": 0, "maximum": 0}
    for seed in range(30):
        found = fit(measured(BENT, noise=0.03, seed=seed))
        truth = {"lambda": BENT.lamda, "sigma": BENT.sigma, "kappa": BENT.kappa, "maximum": BENT.maximum}
        for name, value in truth.items():
            inside[name] += found.intervals[name].low <= value <= found.intervals[name].high
        assert found.intervals["maximum"].high < 1.2 * found.intervals["maximum"].low
    assert sum(inside.values()) >= 0.9 * 4 * 30, inside  # intervals half as wide hold the truth two times of three
    assert min(inside.values()) >= 24, inside
    assert not found.is_worse_than_noise


def test_the_same_seed_draws_the_same_interval() -> None:
    steps = measured(BENT, noise=0.03)
    assert fit(steps, seed=7) == fit(steps, seed=7)
    assert fit(steps, seed=7).intervals != fit(steps, seed=8).intervals


def test_a_measurement_that_follows_no_law_is_told_from_noise() -> None:
    steps = measured(BENT, noise=0.03)
    odd = [Window(each.concurrency, each.throughput * 0.6) for each in steps[3].windows]
    assert fit([*steps[:3], Step("odd", tuple(odd)), *steps[4:]]).is_worse_than_noise


def test_windows_in_which_nothing_ended_are_survived() -> None:
    steps = [Step(str(n), (*[Window(n, 0.0)] * 9, Window(n, 10.0 * n))) for n in LEVELS]
    assert fit(steps).law.lamda == pytest.approx(1.0)
