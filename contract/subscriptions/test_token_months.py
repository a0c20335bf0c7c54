"""The months that tokens are given for: counted from the first of them, in UTC, and each given once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from contract.subscriptions.life import Life
from contract.subscriptions.plans import ENTERPRISE_MONTH, PRO_MONTH, TOKENS_A_MONTH

MARGIN = timedelta(hours=2)
"""Within it, a renewal is drafted, finalised and paid."""


@pytest.fixture
def subscribed_on(life: Life) -> Callable[[int, int], datetime]:
    """Subscribes on the next such day of a year, and returns the instant at which that was."""

    def subscribe(month: int, day: int) -> datetime:
        now = life.bench.clock.now()
        noon = datetime(now.year, month, day, 12, tzinfo=UTC)
        life.bench.clock.advance((noon if noon > now else noon.replace(year=now.year + 1)) - now)
        life.member = life.bench.as_member(life.person)
        start = life.subscribed(PRO_MONTH).now().period_start
        assert start is not None
        return start

    return subscribe


@pytest.mark.proves("A4.3")
def test_a_month_that_is_too_short_does_not_shorten_the_next(
    life: Life, subscribed_on: Callable[[int, int], datetime]
) -> None:
    subscribed_on(1, 31)

    _renew(life, times=3)

    days = [(starts_at.month, starts_at.day) for starts_at in _starts(life)]
    assert (days[0], days[1][0], days[2:]) == ((1, 31), 2, [(3, 31), (4, 30)]), days
    assert days[1][1] in (28, 29)


@pytest.mark.parametrize("begun", [(2, 20), (10, 10)], ids=["clocks-go-forward", "clocks-go-back"])
@pytest.mark.proves("A4.3")
def test_a_month_begins_at_the_same_time_of_day_though_clocks_change(
    life: Life, subscribed_on: Callable[[int, int], datetime], begun: tuple[int, int]
) -> None:
    start = subscribed_on(*begun)

    _renew(life, times=2)

    assert [each.timetz() for each in _starts(life)] == [start.timetz()] * 3
    assert _starts(life) == [starts_at for starts_at, _ in life.periods()]


@pytest.mark.proves("A4.3")
def test_plans_that_are_flipped_within_a_month_give_no_more_than_the_highest(life: Life) -> None:
    for turn in range(3):
        assert life.subscription.subscribe(PRO_MONTH, key=f"begin-{turn}").value.status == "active"
        life.change_to(ENTERPRISE_MONTH, key=f"up-{turn}")
        assert life.subscription.cancel(key=f"end-{turn}", at="now", refund=True).value.status == "canceled"

    assert sum(life.tokens()) == TOKENS_A_MONTH["enterprise"], life.tokens()


def _renew(life: Life, *, times: int) -> None:
    for _ in range(times):
        end = life.now().period_end
        assert end is not None
        life.pass_until(end + MARGIN)


def _starts(life: Life) -> list[datetime]:
    mine = [each for each in life.bench.as_auditor().all_subscriptions() if each.account_id == life.member.account_id]
    return [allowance.starts_at for allowance in mine[0].allowances]
