import re
from datetime import UTC, datetime, timedelta

from system.kit.ids import jitter, new_id

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_an_id_is_its_prefix_and_26_characters() -> None:
    assert re.fullmatch(r"pay_[0-9a-hjkmnp-tv-z]{26}", new_id("pay", _NOW))


def test_ids_sort_by_the_time_of_their_making() -> None:
    moments = [_NOW + timedelta(milliseconds=step) for step in range(200)]

    made = [new_id("pay", moment) for moment in moments]

    assert made == sorted(made)


def test_ids_of_one_instant_differ() -> None:
    assert len({new_id("pay", _NOW) for _ in range(2000)}) == 2000


def test_jitter_stays_between_half_of_the_wait_and_all_of_it() -> None:
    assert all(0.5 <= jitter(1.0) <= 1.0 for _ in range(500))
