from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from system.processor.billing import Interval
from system.subscriptions.periods import period_at, renewal

ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago")
SECOND = timedelta(seconds=1)


def _days(anchor: datetime, interval: Interval, times: int) -> list[str]:
    return [renewal(anchor, interval, k).strftime("%y-%m-%d") for k in range(times + 1)]


@pytest.mark.parametrize(
    ("day", "february", "leap"),
    [
        (28, "27-02-28", "28-02-28"),
        (29, "27-02-28", "28-02-29"),
        (30, "27-02-28", "28-02-29"),
        (31, "27-02-28", "28-02-29"),
    ],
)
def test_a_month_that_is_too_short_clamps_its_own_renewal_alone(day: int, february: str, leap: str) -> None:
    anchor = datetime(2026, 12, day, 10, tzinfo=UTC)

    walked = _days(anchor, "month", 14)

    assert (walked[2], walked[14]) == (february, leap)
    lengths = {1: 31, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
    for text in walked:
        month = int(text[3:5])
        assert month == 2 or int(text[6:]) == min(day, lengths[month]), walked


def test_the_last_of_january_comes_back_every_long_month() -> None:
    anchor = datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC)

    assert _days(anchor, "month", 4) == ["27-01-31", "27-02-28", "27-03-31", "27-04-30", "27-05-31"]


def test_a_leap_day_comes_back_with_the_next_leap_year() -> None:
    anchor = datetime(2024, 2, 29, tzinfo=UTC)

    assert _days(anchor, "year", 5) == ["24-02-29", "25-02-28", "26-02-28", "27-02-28", "28-02-29", "29-02-28"]


@pytest.mark.parametrize("day", [1, 28, 29, 30, 31])
@pytest.mark.parametrize("interval", ["month", "year"])
def test_every_instant_lies_in_exactly_one_period(day: int, interval: Interval) -> None:
    anchor = datetime(2024, 1, day, 10, 30, tzinfo=UTC)
    boundaries = [renewal(anchor, interval, k) for k in range(-14, 61)]

    for start, end in pairwise(boundaries):
        assert start < end
        assert period_at(anchor, interval, start) == (start, end)
        assert period_at(anchor, interval, end - SECOND) == (start, end)
        assert period_at(anchor, interval, start - SECOND)[1] == start


@pytest.mark.parametrize("zone", ZONES)
def test_no_clock_that_is_put_back_moves_a_renewal(zone: str) -> None:
    anchor = datetime(2026, 1, 31, 1, 30, tzinfo=ZoneInfo(zone))

    walked = [renewal(anchor, "month", k) for k in range(15)]

    assert walked == [renewal(anchor.astimezone(UTC), "month", k) for k in range(15)]
    assert {each.utcoffset() for each in walked} == {timedelta(0)}
    assert {each.time() for each in walked} == {anchor.astimezone(UTC).time()}
    offsets = {each.astimezone(ZoneInfo(zone)).utcoffset() for each in walked}
    assert len(offsets) == 2, "the walk goes through both of the zone's times"


@pytest.mark.parametrize("zone", ZONES)
def test_an_instant_is_the_same_in_every_zone(zone: str) -> None:
    anchor = datetime(2026, 3, 31, 1, 30, tzinfo=UTC)
    at = datetime(2026, 10, 31, 1, 29, 59, tzinfo=UTC)

    assert period_at(anchor, "month", at.astimezone(ZoneInfo(zone))) == period_at(anchor, "month", at)
    assert period_at(anchor, "month", at) == (renewal(anchor, "month", 6), renewal(anchor, "month", 7))
