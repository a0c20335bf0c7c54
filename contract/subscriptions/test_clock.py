"""A subscription through the months: one walk through time, in which nothing drifts and nothing is charged twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from contract.subscriptions.life import SECOND, Life, Period, deliveries_at_rest
from contract.subscriptions.plans import PRO_MONTH, PRO_YEAR
from fixtures.bench import Bench
from fixtures.books import subscription_differences
from fixtures.books.gather import gather_subscriptions
from fixtures.builders import person
from fixtures.client import HttpxTransport
from fixtures.client.subscriptions import Plan, Subscription

DAYS: Final = (28, 29, 30, 31)
MONTHS: Final = 14
YEARS: Final = 5
GRACE: Final = timedelta(days=7)
RETRIES: Final = (1, 3, 7, 14)
ZONES: Final = ("America/New_York", "Europe/Berlin", "Australia/Sydney", "America/Santiago")


@dataclass(frozen=True, slots=True)
class Walk:
    """Who lived through it, by the day that the subscription began on, and the leap-day life of whole years."""

    monthly: dict[int, Life]
    yearly: Life


@pytest.fixture(scope="module")
def walk(movable_bench: Bench) -> Iterator[Walk]:
    """From a January with 31 days on: five people on their days, then month after month, and then the years."""
    with HttpxTransport(movable_bench.url) as transport:

        def begin(name: object, at: datetime, plan: Plan) -> Life:
            _move(movable_bench, at)
            return Life.begin(movable_bench, transport, person(movable_bench.run_id, "walk", name)).subscribed(plan)

        first = _next_january(movable_bench.clock.now())
        monthly = {day: begin(day, first.replace(day=day), PRO_MONTH) for day in DAYS}
        _move(movable_bench, first.replace(day=31) + timedelta(days=31 * MONTHS + 2))
        for life in monthly.values():
            assert life.pass_time(timedelta(0)).status == "active"
            assert life.subscription.cancel(key="enough", at="now").ok
        leap = datetime(_next_leap_year(movable_bench.clock.now()), 2, 29, 12, tzinfo=UTC)
        yearly = begin("leap", leap, PRO_YEAR)
        _move(movable_bench, leap.replace(year=leap.year + YEARS, day=28) + timedelta(days=2))
        yearly.pass_time(timedelta(0))
        yield Walk(monthly, yearly)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.proves("A4.3")
def test_each_month_begins_on_the_anchors_day_or_the_months_last(walk: Walk, day: int) -> None:
    periods = walk.monthly[day].periods()

    assert len(periods) >= MONTHS
    assert [start.day for start, _ in periods] == [min(day, _last_day(start)) for start, _ in periods]
    _expect_contiguous(periods)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.proves("A4.3", "A17.2")
def test_each_month_is_charged_once_to_the_cent_and_confirmed_by_one_mail(walk: Walk, day: int) -> None:
    life = walk.monthly[day]
    periods = life.periods()

    assert life.record.charged() == [999] * len(periods)
    renewals = life.mails("is renewed")
    assert len(renewals) == len(periods) - 1
    assert all("9.99 USD" in mail.text for mail in renewals)
    assert [sum(_day(end) in mail.text for mail in renewals) for _, end in periods[1:]] == [1] * len(renewals)


@pytest.mark.proves("A4.3")
def test_a_year_from_the_leap_day_ends_on_the_28th_but_in_leap_years(walk: Walk) -> None:
    periods = walk.yearly.periods()

    assert [(start.month, start.day) for start, _ in periods] == [
        (2, 29 if _is_leap(start.year) else 28) for start, _ in periods
    ]
    assert len(periods) >= YEARS
    assert walk.yearly.record.charged() == [9990] * len(periods)
    _expect_contiguous(periods)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.proves("A4.3")
def test_clocks_that_change_do_not_move_a_period(walk: Walk, zone: str) -> None:
    periods = walk.monthly[28].periods()
    offsets = {start.astimezone(ZoneInfo(zone)).utcoffset() for start, _ in periods}

    assert len(offsets) == 2, "the walk met no change of the clocks there"
    assert len({start.timetz() for start, _ in periods}) == 1


@pytest.mark.proves("A4.3", "C2.5")
def test_after_years_both_sides_know_the_same_and_the_books_agree(walk: Walk, movable_bench: Bench) -> None:
    auditor = movable_bench.as_auditor()
    read = gather_subscriptions(movable_bench.stripe, auditor, movable_bench.clock.now())

    assert [str(each) for each in subscription_differences(read)] == []
    assert auditor.reconciliation().value.differences == ()
    assert len(read.ours) == len(DAYS) + 1 == len({walk.yearly.person.email, *_emails(walk)})


@pytest.fixture
def dunned(start_failing: Life) -> Life:
    return start_failing


@pytest.fixture
def start_failing(movable_bench: Bench, request: pytest.FixtureRequest) -> Iterator[Life]:
    """A subscriber whose card is declined from the next renewal on."""
    with HttpxTransport(movable_bench.url) as transport:
        life = Life.begin(movable_bench, transport, person(movable_bench.run_id, request.node.name))
        life.subscribed(PRO_MONTH)
        assert life.subscription.use_card("pm_card_chargeCustomerFail", key="bad-card").ok
        yield life


@pytest.mark.proves("A12.2", "A17.2", "A3.4")
def test_a_renewal_that_fails_keeps_the_tier_for_the_grace_and_not_a_second_longer(dunned: Life) -> None:
    failed = _renewal_fails(dunned)
    assert failed.access_until is not None
    assert failed.period_start is not None
    assert failed.access_until - failed.period_start < GRACE + timedelta(hours=2)

    dunned.pass_until(failed.access_until - 5 * SECOND)
    assert dunned.tier() == "pro"
    dunned.pass_until(failed.access_until + SECOND)
    assert (dunned.tier(), dunned.now().status) == ("free", "past_due")


@pytest.mark.proves("A12.2", "A17.2")
def test_each_failed_attempt_is_told_once_with_its_amount_and_the_last_ends_the_subscription(dunned: Life) -> None:
    failed = _renewal_fails(dunned)
    assert failed.period_start is not None

    told = [len(dunned.mails("payment for"))]
    for days in RETRIES:
        dunned.pass_until(failed.period_start + timedelta(days=days, hours=6))
        told.append(len(dunned.mails("payment for")))

    assert told == [1, 2, 3, 4, 4], told
    mails = dunned.mails("payment for")
    assert all("9.99 USD" in mail.text for mail in mails)
    assert (dunned.now().status, dunned.tier(), dunned.record.charged()) == ("canceled", "free", [999])
    assert len(dunned.mails("has ended")) == 1, "the fifth attempt was the last: its mail says that it is over"
    assert len(dunned.record.attempts()) == 1 + len(told)


@pytest.mark.proves("A12.2", "A3.4")
def test_a_new_card_pays_at_once_and_the_period_stays(dunned: Life) -> None:
    failed = _renewal_fails(dunned)
    dunned.pass_time(GRACE + timedelta(hours=2))
    assert dunned.tier() == "free"

    paid = dunned.subscription.use_card("pm_card_visa", key="good-card")

    assert (paid.status, paid.value.status, dunned.tier()) == (200, "active", "pro"), paid.text
    assert (paid.value.period_start, paid.value.period_end) == (failed.period_start, failed.period_end)
    assert dunned.record.charged() == [999, 999]


@pytest.mark.proves("A12.2", "A4.4")
def test_cancelling_what_is_owed_ends_it_now_with_every_attempt_and_every_mail(dunned: Life) -> None:
    _renewal_fails(dunned)
    attempts, mails = len(dunned.record.attempts()), len(dunned.mails("payment for"))

    cancelled = dunned.subscription.cancel(key="enough")
    assert (cancelled.status, cancelled.value.status, dunned.tier()) == (200, "canceled", "free"), cancelled.text

    dunned.pass_time(timedelta(days=30))
    assert (len(dunned.record.attempts()), len(dunned.mails("payment for"))) == (attempts, mails)


@pytest.mark.proves("A12.2")
def test_what_is_owed_allows_no_change_of_plan_and_no_second_subscription(dunned: Life) -> None:
    _renewal_fails(dunned)

    preview = dunned.subscription.preview(PRO_YEAR.price_id)
    second = dunned.subscription.subscribe(PRO_MONTH, key="second")

    assert (preview.status, preview.problem.slug) == (409, "payment-past-due"), preview.text
    assert (second.status, second.problem.slug) == (409, "subscription-exists"), second.text


def _renewal_fails(life: Life) -> Subscription:
    end = life.now().period_end
    assert end is not None
    failed = life.pass_until(end + timedelta(hours=2))
    assert failed.status == "past_due", failed
    return failed


def _move(bench: Bench, to: datetime) -> None:
    """At most a month at a time, and on when its events have arrived: nobody hears of a year at once."""
    while bench.clock.now() < to:
        bench.clock.advance(min(to - bench.clock.now(), timedelta(days=28)))
        deliveries_at_rest(bench)


def _expect_contiguous(periods: list[Period]) -> None:
    assert [earlier[1] for earlier, _ in pairwise(periods)] == [later[0] for _, later in pairwise(periods)]


def _next_january(now: datetime) -> datetime:
    return datetime(now.year + 1, 1, 28, 12, tzinfo=UTC)


def _next_leap_year(instant: datetime) -> int:
    return next(year for year in range(instant.year + 1, instant.year + 10) if _is_leap(year))


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _last_day(instant: datetime) -> int:
    following = instant.replace(day=28) + timedelta(days=4)
    return (following - timedelta(days=following.day)).day


def _day(instant: datetime) -> str:
    return f"{instant.day} {instant:%B %Y}"


def _emails(walk: Walk) -> set[str]:
    return {life.person.email for life in walk.monthly.values()}
