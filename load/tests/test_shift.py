"""A slow-down of ten per cent is found, and what is the same twice stays silent, under noise as runs have it."""

import math
import random
from itertools import combinations, product

import pytest

from load.comparison.shift import Shift, between, paired, rank_sums, signed_ranks

NOISE = 0.03  # of a run's p95, from one run to the next
DRIFT = 0.10  # of a machine that warms up, over all blocks


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - noise that can be repeated, not a secret


def runs(drawn: random.Random, count: int, *, factor: float = 1.0, noise: float = NOISE) -> list[float]:
    return [120.0 * factor * drawn.lognormvariate(0, noise) for _ in range(count)]


def blocks(drawn: random.Random, pairs: int, *, factor: float = 1.0) -> list[tuple[float, float]]:
    """A B B A, while the machine drifts."""
    found = []
    for pair in range(pairs):
        drift = 1 + DRIFT * pair / pairs
        before, after = (value * drift for value in runs(drawn, 2))
        found.append((before, after * factor))
    return found


def test_a_slow_down_of_ten_per_cent_is_found() -> None:
    drawn = chance(1)
    found = [between(runs(drawn, 8), runs(drawn, 8, factor=1.1)) for _ in range(10)]
    assert [each.outcome for each in found] == ["fail"] * 10
    assert all(each.low <= 0.1 <= each.high for each in found)


def test_the_same_twice_is_silent_ten_times_of_ten() -> None:
    drawn = chance(2)
    found = [between(runs(drawn, 8), runs(drawn, 8)) for _ in range(10)]
    assert [each.outcome for each in found] == ["pass"] * 10


def test_the_same_twice_hardly_ever_alarms() -> None:
    drawn = chance(3)
    alarms = sum(between(runs(drawn, 4), runs(drawn, 4)).outcome == "fail" for _ in range(1000))
    assert alarms <= 10, alarms


def test_in_turns_a_slow_down_is_found_and_the_same_twice_is_silent() -> None:
    drawn = chance(4)
    slowed = [paired(blocks(drawn, 6, factor=1.1)) for _ in range(10)]
    same = [paired(blocks(drawn, 6)) for _ in range(10)]
    assert [each.outcome for each in slowed] == ["fail"] * 10
    assert [each.outcome for each in same] == ["pass"] * 10


def test_what_is_certain_and_small_is_not_worth_telling() -> None:
    found = between([100.0, 100.1, 100.2, 100.3], [103.0, 103.1, 103.2, 103.3])
    assert found.low > 0
    assert found.outcome == "pass"


def test_what_is_large_and_overlaps_is_not_called() -> None:
    found = between([100.0, 101.0, 102.0, 130.0], [112.0, 113.0, 114.0, 115.0])
    assert (found.outcome, found.why) == ("unknown", "more than the threshold, but the runs overlap")


def test_noise_that_would_hide_a_slow_down_is_no_pass() -> None:
    found = between([100.0, 120.0, 80.0, 110.0, 90.0], [101.0, 119.0, 81.0, 110.0, 91.0])
    assert (found.outcome, found.why) == ("unknown", "too noisy")


@pytest.mark.parametrize("count", [1, 3])
def test_three_runs_against_three_decide_nothing(count: int) -> None:
    assert between([100.0] * count, [200.0] * count).outcome == "unknown"
    assert paired([(100.0, 200.0)] * (count + 2)).outcome == "unknown"


def test_four_against_four_and_six_pairs_are_enough() -> None:
    assert between([100.0] * 4, [120.0] * 4).outcome == "fail"
    assert paired([(100.0, 120.0)] * 6).outcome == "fail"


def test_what_became_faster_is_told_and_passes() -> None:
    found = between([100.0] * 5, [80.0] * 5)
    assert (found.outcome, found.why) == ("pass", "faster")


def test_the_law_of_rank_sums_is_that_of_all_orders() -> None:
    seen = [sum(b < a for a, b in product(chosen, set(range(7)) - set(chosen))) for chosen in combinations(range(7), 3)]
    assert rank_sums(3, 4) == {u: pytest.approx(seen.count(u) / math.comb(7, 3)) for u in sorted(set(seen))}


def test_the_law_of_signed_ranks_is_that_of_all_signs() -> None:
    seen = [sum(rank for rank, sign in enumerate(signs, 1) if sign) for signs in product((0, 1), repeat=5)]
    assert signed_ranks(5) == {w: pytest.approx(seen.count(w) / 32) for w in sorted(set(seen))}


def test_a_shift_names_its_threshold() -> None:
    assert Shift(0.2, 0.1, 0.3, noise=0.04, level=0.97).threshold == pytest.approx(0.08)
