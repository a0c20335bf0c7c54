import json
import math
import random

import pytest

from load.histogram import ERROR, Histogram, merged


def log_normal(count: int, seed: int) -> list[float]:
    drawn = random.Random(seed)  # noqa: S311 - latencies, not secrets
    return [drawn.lognormvariate(3.0, 1.2) for _ in range(count)]


def recorded(values: list[float]) -> Histogram:
    histogram = Histogram()
    for value in values:
        histogram.record(value)
    return histogram


@pytest.mark.parametrize("q", [0.5, 0.9, 0.95, 0.99, 0.999])
@pytest.mark.parametrize("seed", range(5))
def test_a_percentile_is_within_half_a_per_cent(q: float, seed: int) -> None:
    values = sorted(log_normal(20_000, seed))
    exact = values[math.ceil(q * len(values)) - 1]
    measured = recorded(values).percentile(q)
    assert measured is not None
    assert abs(measured / exact - 1) <= ERROR < 0.005


def test_1049_ms_does_not_pass_for_a_second() -> None:
    measured = recorded([1049.0] * 100).percentile(0.95)
    assert measured is not None
    assert measured > 1040


def test_parts_add_up_to_the_whole() -> None:
    values = log_normal(3000, 7)
    parts = [recorded(values[start::3]) for start in range(3)]
    whole = recorded(values)
    assert merged(parts).buckets == whole.buckets
    assert merged(parts).count == whole.count


def test_what_is_stored_reads_back_the_same() -> None:
    histogram = recorded(log_normal(1000, 3))
    read = Histogram.from_json(json.loads(json.dumps(histogram.to_json())))
    assert read.buckets == histogram.buckets
    assert read.percentile(0.95) == histogram.percentile(0.95)


def test_a_damaged_file_is_not_read() -> None:
    stored = recorded([1.0, 2.0]).to_json() | {"count": 3}
    with pytest.raises(ValueError, match="2 values, the file says 3"):
        Histogram.from_json(stored)


def test_nothing_recorded_has_no_percentile() -> None:
    assert Histogram().percentile(0.95) is None
    assert Histogram().interval(0.95) == (None, None)


def test_too_few_samples_leave_the_interval_open() -> None:
    assert recorded([1.0] * 50).interval(0.95)[1] is None
    low, high = recorded(log_normal(500, 1)).interval(0.95)
    assert low is not None
    assert high is not None
    assert low < high


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    truth = math.exp(3.0 + 1.2 * 1.6448536)  # the 95th percentile of the law that is drawn from
    intervals = [recorded(log_normal(400, seed)).interval(0.95) for seed in range(200)]
    holding = sum(low is not None and high is not None and low <= truth <= high for low, high in intervals)
    assert 0.90 <= holding / len(intervals) <= 1.0
