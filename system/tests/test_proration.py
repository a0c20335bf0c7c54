from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest

from system.kit.money import Money, MoneyError
from system.subscriptions.proration import prorate, unused

START = datetime(2026, 4, 1, tzinfo=UTC)
END = START + timedelta(days=30)


def _usd(amount: int) -> Money:
    return Money(amount, "usd")


@pytest.mark.parametrize(
    ("prices", "elapsed", "lines", "net"),
    [
        ((1900, 9900), timedelta(seconds=1), (1900, 9900), 8000),
        ((1900, 9900), timedelta(hours=12), (1868, 9735), 7867),
        ((1900, 9900), timedelta(days=10), (1267, 6600), 5333),
        ((1900, 9900), timedelta(days=15), (950, 4950), 4000),
        # Rounded as one sum, these two would be 983 and 33.
        ((999, 1999), timedelta(hours=12), (982, 1966), 984),
        ((999, 1999), timedelta(days=29), (33, 67), 34),
        # The example of Stripe's own documentation.
        ((1000, 2000), timedelta(days=15), (500, 1000), 500),
    ],
)
def test_a_change_within_thirty_days(
    prices: tuple[int, int], elapsed: timedelta, lines: tuple[int, int], net: int
) -> None:
    old, new = map(_usd, prices)

    change = prorate(old, new, start=START, end=END, at=START + elapsed)

    assert (change.credit.amount, change.debit.amount) == lines
    assert change.net == _usd(net)


def test_rounding_the_difference_would_be_wrong_at_many_an_hour() -> None:
    def as_one_sum(hour: int) -> int:
        return _half_away(Fraction((9900 - 1900) * (720 - hour), 720))

    hours = range(720)
    nets = [
        prorate(_usd(1900), _usd(9900), start=START, end=END, at=START + timedelta(hours=hour)).net for hour in hours
    ]

    assert sum(net.amount != as_one_sum(hour) for hour, net in zip(hours, nets, strict=True)) == 160


@pytest.mark.parametrize(
    ("at", "left"),
    [
        (START - timedelta(days=400), 999),
        (START, 999),
        (END - timedelta(seconds=1), 0),
        (END, 0),
        (END + timedelta(days=400), 0),
    ],
)
def test_nothing_outside_of_the_period_counts(at: datetime, left: int) -> None:
    assert unused(_usd(999), start=START, end=END, at=at) == _usd(left)


def test_time_counts_in_whole_seconds_as_the_processor_is_told_it() -> None:
    end = START + timedelta(seconds=4)

    assert unused(_usd(400), start=START, end=end, at=START + timedelta(seconds=1, microseconds=999_999)) == _usd(300)


def test_a_cheaper_price_leaves_a_credit() -> None:
    assert prorate(_usd(9900), _usd(999), start=START, end=END, at=START + timedelta(days=15)).net == _usd(-4450)


def test_two_currencies_are_never_set_off() -> None:
    change = prorate(_usd(1000), Money(1000, "jpy"), start=START, end=END, at=START)

    with pytest.raises(MoneyError):
        _ = change.net


def test_a_period_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        unused(_usd(999), start=START, end=START, at=START)


@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_random_changes_agree_with_exact_fractions(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - the same thousand every time
    for _ in range(1000):
        days = random.choice((28, 29, 30, 31, 365, 366))
        start = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(10 * 365 * 86_400))
        end = start + timedelta(days=days)
        at = start + timedelta(seconds=random.randrange(-86_400, days * 86_400 + 86_400))
        old, new = random.randrange(1_000_000), random.randrange(1_000_000)

        change = prorate(_usd(old), _usd(new), start=start, end=end, at=at)

        exact = (_exactly(old, start, end, at), _exactly(new, start, end, at))
        assert (change.credit.amount, change.debit.amount) == exact, (old, new, start, end, at)
        assert change.net.amount == exact[1] - exact[0]
        assert 0 <= change.credit.amount <= old


def _exactly(amount: int, start: datetime, end: datetime, at: datetime) -> int:
    """Reckon by fractions of microseconds, and round as one does by hand."""
    share = Fraction((end - at) // timedelta(microseconds=1), (end - start) // timedelta(microseconds=1))
    return _half_away(amount * min(max(share, Fraction(0)), Fraction(1)))


def _half_away(exact: Fraction) -> int:
    below = exact.numerator // exact.denominator
    return below + (exact - below >= Fraction(1, 2))
