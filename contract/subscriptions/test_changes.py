"""Changing a subscription: what was shown is what is charged, and what fails changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from functools import partial
from itertools import count

import psycopg
import pytest

from contract.subscriptions.life import SECOND, Life
from contract.subscriptions.plans import ENTERPRISE_MONTH, ENTERPRISE_YEAR, PRO_MONTH, PRO_YEAR, TOKENS_A_MONTH
from fixtures.bench import Bench
from fixtures.builders import person
from fixtures.client import HttpxTransport
from fixtures.client.subscriptions import Plan, Subscription
from fixtures.hosted import pay_on_page
from fixtures.polling import eventually

FLIPS = 20
NewLife = Callable[[], Life]


@pytest.fixture
def new_life(movable_bench: Bench, request: pytest.FixtureRequest) -> Iterator[NewLife]:
    numbers = count(1)
    with HttpxTransport(movable_bench.url) as transport:

        def begin() -> Life:
            return Life.begin(movable_bench, transport, person(movable_bench.run_id, request.node.name, next(numbers)))

        yield begin


@pytest.fixture
def life(new_life: NewLife) -> Life:
    return new_life()


@pytest.mark.parametrize("days", [0, 1.25, 14, 27.9])
@pytest.mark.proves("A4.2", "A3.4")
def test_an_upgrade_charges_exactly_what_was_quoted(life: Life, days: float) -> None:
    life.subscribed(PRO_MONTH)
    before = life.pass_time(timedelta(days=days)) if days else life.now()

    quote = life.subscription.preview(ENTERPRISE_MONTH.price_id).value
    life.pass_time(timedelta(minutes=9))
    upgraded = life.subscription.update(quote.quote_id, key="up")

    assert upgraded.status == 200, upgraded.text
    assert life.record.charged() == [999, quote.total]
    assert quote.total == _net(PRO_MONTH, ENTERPRISE_MONTH, before, quote.prorated_at.timestamp())
    assert sum(line.amount for line in quote.lines) == quote.total
    assert (upgraded.value.plan, upgraded.value.period_end) == (ENTERPRISE_MONTH, before.period_end)
    assert life.tier() == "enterprise"


@pytest.mark.proves("A4.2", "A4.5")
def test_a_quote_expires_after_ten_minutes_and_charges_nothing_then(life: Life) -> None:
    quote = life.subscribed(PRO_MONTH).subscription.preview(ENTERPRISE_MONTH.price_id).value

    life.pass_until(quote.expires_at + SECOND)
    late = life.subscription.update(quote.quote_id, key="late")

    assert (late.status, late.problem.slug) == (409, "quote-expired"), late.text
    assert life.record.charged() == [999]
    assert life.now().plan == PRO_MONTH


@pytest.mark.proves("A4.2")
def test_a_quote_is_void_once_the_plan_has_changed(life: Life) -> None:
    first = life.subscribed(PRO_MONTH).subscription.preview(ENTERPRISE_MONTH.price_id).value
    life.change_to(PRO_YEAR, key="year")

    refused = life.subscription.update(first.quote_id, key="stale")

    assert (refused.status, refused.problem.slug) == (409, "quote-expired"), refused.text
    assert life.now().plan == PRO_YEAR


@pytest.mark.proves("A4.2", "B3.2")
def test_a_quote_of_somebody_else_changes_nothing(new_life: NewLife) -> None:
    theirs = new_life().subscribed(PRO_MONTH).subscription.preview(ENTERPRISE_MONTH.price_id).value
    life = new_life().subscribed(PRO_MONTH)

    refused = life.subscription.update(theirs.quote_id, key="borrowed")

    assert (refused.status, refused.problem.slug) == (409, "quote-expired"), refused.text
    assert life.record.charged() == [999]


@pytest.mark.proves("A4.5", "A3.4")
def test_an_upgrade_whose_card_is_declined_leaves_everything_as_it_was(life: Life) -> None:
    life.subscribed(PRO_MONTH)
    assert life.subscription.use_card("pm_card_chargeCustomerFail", key="bad-card").ok
    before, tokens = life.now(), life.tokens()

    quote = life.subscription.preview(ENTERPRISE_MONTH.price_id).value
    declined = life.subscription.update(quote.quote_id, key="up")

    assert (declined.status, declined.problem.slug) == (402, "payment-declined"), declined.text
    assert _of_plan(life.now()) == _of_plan(before)
    assert (life.tier(), life.tokens(), life.record.charged()) == ("pro", tokens, [999])


@pytest.mark.proves("A4.5", "A1.3")
def test_an_upgrade_that_a_bank_asks_about_holds_once_it_is_answered(life: Life) -> None:
    life.subscribed(PRO_MONTH)
    assert life.subscription.use_card("pm_card_authenticationRequired", key="asking-card").ok
    quote = life.subscription.preview(ENTERPRISE_MONTH.price_id).value

    asked = life.subscription.update(quote.quote_id, key="up")
    assert (asked.status, asked.value.plan, life.tier()) == (200, PRO_MONTH, "pro"), asked.text
    assert asked.value.next_action is not None

    pay_on_page(asked.value.next_action.url)

    eventually(life.now, lambda seen: seen.plan == ENTERPRISE_MONTH)
    assert life.tier() == "enterprise"
    assert life.record.charged() == [999, quote.total]


@pytest.mark.proves("A4.1", "A3.4")
def test_a_downgrade_waits_for_the_end_of_what_was_paid_for(life: Life) -> None:
    end = life.subscribed(ENTERPRISE_MONTH).now().period_end
    assert end is not None

    assert life.change_to(PRO_MONTH, key="down") == 0
    scheduled = life.now().scheduled
    assert scheduled is not None
    assert (scheduled.plan, scheduled.starts_at, life.tier()) == (PRO_MONTH, end, "enterprise")

    after = life.pass_until(end + timedelta(hours=2))
    assert (after.plan, after.scheduled, life.tier()) == (PRO_MONTH, None, "pro")
    assert life.record.charged() == [9900, 999]


@pytest.mark.proves("A4.5")
def test_a_downgrade_can_be_taken_back(life: Life) -> None:
    end = life.subscribed(ENTERPRISE_MONTH).now().period_end
    assert end is not None
    life.change_to(PRO_MONTH, key="down")

    kept = life.subscription.keep_plan(key="keep")
    assert (kept.status, kept.value.scheduled) == (200, None), kept.text

    after = life.pass_until(end + timedelta(hours=2))
    assert (after.plan, life.record.charged()) == (ENTERPRISE_MONTH, [9900, 9900])


@pytest.mark.proves("A4.1", "A4.2")
def test_a_month_becomes_a_year_at_once_and_a_year_a_month_at_its_end(life: Life) -> None:
    life.subscribed(PRO_MONTH)
    life.pass_time(timedelta(days=10))

    total = life.change_to(PRO_YEAR, key="year")
    year = life.now()
    assert year.period_start is not None
    assert year.period_end is not None
    assert year.plan == PRO_YEAR
    assert (year.period_end - year.period_start).days in {365, 366}
    assert life.record.charged() == [999, total]
    assert 9990 - 999 < total < 9990

    assert life.change_to(PRO_MONTH, key="month") == 0
    assert life.now().plan == PRO_YEAR
    assert life.pass_until(year.period_end + timedelta(hours=2)).plan == PRO_MONTH
    assert life.record.charged() == [999, total, 999]


@pytest.fixture
def dearer(movable_bench: Bench) -> Iterator[None]:
    """Raises what new subscribers of Pro pay, and takes that back."""
    with psycopg.connect(movable_bench.database_url, autocommit=True) as connection:
        connection.execute("UPDATE prices SET current = false WHERE price_id = 'prc_pro_month'")
        connection.execute("INSERT INTO prices VALUES ('prc_pro_month_dearer', 'itm_pro_month', 1999, 'usd', true)")
        yield
        connection.execute("UPDATE prices SET current = false WHERE price_id = 'prc_pro_month_dearer'")
        connection.execute("UPDATE prices SET current = true WHERE price_id = 'prc_pro_month'")


@pytest.mark.proves("A4.2")
def test_the_unused_time_is_credited_at_what_was_paid_for_it(life: Life, request: pytest.FixtureRequest) -> None:
    before = life.subscribed(PRO_MONTH).now()
    request.getfixturevalue("dearer")

    quote = life.subscription.preview(ENTERPRISE_MONTH.price_id).value

    assert quote.total == _net(PRO_MONTH, ENTERPRISE_MONTH, before, quote.prorated_at.timestamp())
    assert min(line.amount for line in quote.lines) >= -999


@pytest.mark.proves("A4.1")
def test_flipping_between_plans_mints_no_tokens(life: Life) -> None:
    life.subscribed(PRO_MONTH)

    for flip in range(FLIPS):
        life.change_to(ENTERPRISE_MONTH if life.now().plan == PRO_MONTH else PRO_MONTH, key=f"flip-{flip}")
        if life.now().scheduled is not None:
            assert life.subscription.keep_plan(key=f"keep-{flip}").ok

    assert sum(life.tokens()) == TOKENS_A_MONTH["enterprise"]


@pytest.mark.proves("A4.4", "A3.4")
def test_a_cancelled_subscription_stays_open_to_its_end_and_is_not_charged_again(life: Life) -> None:
    end = life.subscribed(PRO_MONTH).now().period_end
    assert end is not None

    cancelled = life.subscription.cancel(key="cancel")
    assert (cancelled.status, cancelled.value.cancel_at_period_end) == (200, True), cancelled.text
    assert cancelled.value.access_until == end

    life.pass_until(end - timedelta(minutes=2))
    assert life.tier() == "pro"
    after = life.pass_until(end + SECOND)
    assert (after.status, life.tier(), life.record.charged()) == ("canceled", "free", [999])
    assert [len(life.mails(subject)) for subject in ("ends on", "has ended")] == [1, 1]


@pytest.mark.proves("A4.4")
def test_a_cancellation_that_is_taken_back_leaves_the_same_subscription(life: Life) -> None:
    begun = life.subscribed(PRO_MONTH).now()
    assert begun.period_end is not None
    life.subscription.cancel(key="cancel")

    back = life.subscription.uncancel(key="back")
    assert (back.status, back.value.cancel_at_period_end) == (200, False), back.text

    after = life.pass_until(begun.period_end + timedelta(hours=2))
    assert (after.subscription_id, after.status, after.period_start) == (
        begun.subscription_id,
        "active",
        begun.period_end,
    )
    assert (len(life.record.subscriptions()), life.record.charged()) == (1, [999, 999])


@pytest.mark.parametrize("days", [0, 10, 29])
@pytest.mark.proves("A4.4", "A3.4")
def test_cancelling_at_once_gives_back_the_unused_time_to_the_cent(life: Life, days: int) -> None:
    begun = life.subscribed(PRO_MONTH).now()
    if days:
        life.pass_time(timedelta(days=days))

    cancelled = life.subscription.cancel(key="now", at="now", refund=True)

    ended = cancelled.value
    assert (cancelled.status, ended.status, life.tier()) == (200, "canceled", "free"), cancelled.text
    assert ended.ended_at is not None
    expected = -_share(-PRO_MONTH.amount, begun, ended.ended_at.timestamp())
    eventually(life.record.returned, lambda returned: returned == ([expected] if expected else []))


@pytest.mark.proves("A4.4")
def test_cancelling_at_once_gives_nothing_back_unless_it_is_asked_for(life: Life) -> None:
    life.subscribed(PRO_MONTH)

    assert life.subscription.cancel(key="now", at="now").value.status == "canceled"
    assert (life.record.returned(), life.tier()) == ([], "free")


@pytest.mark.proves("A4.5", "A3.4")
def test_a_pause_closes_the_tier_and_its_unused_time_pays_for_the_period_after(life: Life) -> None:
    begun = life.subscribed(PRO_MONTH).now()
    life.pass_time(timedelta(days=10))

    paused = life.subscription.pause(key="pause")
    assert (paused.status, paused.value.status, life.tier()) == (200, "paused", "free"), paused.text
    stopped = life.bench.clock.now().timestamp()
    still = life.pass_time(timedelta(days=60))
    assert (still.status, life.record.charged()) == ("paused", [999])

    resumed = life.subscription.resume(key="resume")
    assert (resumed.status, resumed.value.status, life.tier()) == (200, "active", "pro"), resumed.text
    assert resumed.value.period_start is not None
    assert abs(resumed.value.period_start - life.bench.clock.now()) < timedelta(minutes=1)
    credit = -_share(-PRO_MONTH.amount, begun, stopped)
    first, second = life.record.charged()
    assert (first, abs(second - (999 - credit)) <= 1) == (999, True), (second, credit)


@pytest.mark.proves("A4.5")
def test_what_the_state_does_not_allow_is_a_conflict_and_asks_nobody(life: Life) -> None:
    life.subscribed(PRO_MONTH)
    impossible = [
        partial(life.subscription.resume, key="resume"),
        partial(life.subscription.uncancel, key="uncancel"),
        partial(life.subscription.keep_plan, key="keep"),
    ]

    assert [(reply.status, reply.problem.slug) for reply in (ask() for ask in impossible)] == [
        (409, "change-refused")
    ] * 3
    same = life.subscription.preview(PRO_MONTH.price_id)
    assert (same.status, same.problem.slug) == (409, "same-plan"), same.text


@pytest.mark.proves("A4.1")
def test_a_trial_costs_nothing_until_its_end_and_then_renews(life: Life) -> None:
    trial = life.subscribed(PRO_MONTH, trial=True, payment_method="pm_card_gb").now()
    assert trial.trial_end is not None
    assert (trial.status, life.tier(), life.record.charged(), life.tokens()) == ("trialing", "pro", [], [])

    life.pass_until(trial.trial_end - timedelta(days=2))
    assert len(life.mails("trial")) == 1
    after = life.pass_until(trial.trial_end + timedelta(hours=2))
    assert (after.status, life.record.charged(), life.tokens()) == ("active", [999], [500])


@pytest.mark.proves("A4.4")
def test_a_trial_that_is_cancelled_charges_nothing(life: Life) -> None:
    trial = life.subscribed(PRO_MONTH, trial=True, payment_method="pm_card_jp").now()
    assert trial.trial_end is not None
    assert life.subscription.cancel(key="cancel").ok

    after = life.pass_until(trial.trial_end + timedelta(hours=2))
    assert (after.status, life.record.charged(), life.tier()) == ("canceled", [], "free")


@pytest.mark.proves("A4.2")
def test_an_upgrade_ends_the_trial_and_charges_a_whole_period(life: Life) -> None:
    life.subscribed(PRO_MONTH, trial=True, payment_method="pm_card_ca")

    assert life.change_to(ENTERPRISE_MONTH, key="up") == 9900
    after = life.now()
    assert (after.status, after.plan, life.record.charged()) == ("active", ENTERPRISE_MONTH, [9900])


@pytest.mark.proves("A4.1")
def test_a_person_has_one_trial_under_another_spelling_of_the_address(movable_bench: Bench, new_life: NewLife) -> None:
    first = new_life().subscribed(PRO_MONTH, trial=True, payment_method="pm_card_mastercard")
    first.subscription.cancel(key="over", at="now")
    alias = replace(first.person, email=first.person.email.replace("@", "+again@"))

    with HttpxTransport(movable_bench.url) as transport:
        again = Life.begin(movable_bench, transport, alias)
        refused = again.subscription.subscribe(PRO_MONTH, key="again", trial=True, payment_method="pm_card_diners")

    assert (refused.status, refused.problem.slug) == (409, "trial-used"), refused.text


@pytest.mark.proves("A4.1")
def test_a_card_has_one_trial_whoever_brings_it(new_life: NewLife) -> None:
    new_life().subscribed(PRO_MONTH, trial=True, payment_method="pm_card_jcb")

    refused = new_life().subscription.subscribe(PRO_MONTH, key="again", trial=True, payment_method="pm_card_jcb")

    assert (refused.status, refused.problem.slug) == (409, "trial-used"), refused.text


PLANS_WITH_A_TRIAL = {"same-plan": (PRO_MONTH, "pm_card_amex"), "other-plan": (PRO_YEAR, "pm_card_unionpay")}


@pytest.mark.parametrize("case", PLANS_WITH_A_TRIAL)
@pytest.mark.proves("A4.1")
def test_an_account_has_one_trial_over_all_plans(life: Life, case: str) -> None:
    plan, card = PLANS_WITH_A_TRIAL[case]
    life.subscribed(PRO_MONTH, trial=True, payment_method=card)
    life.subscription.cancel(key="over", at="now")

    refused = life.subscription.subscribe(plan, key="again", trial=True, payment_method="pm_card_discover")

    assert (refused.status, refused.problem.slug) == (409, "trial-used"), refused.text


def test_the_highest_plan_has_no_trial(life: Life) -> None:
    refused = life.subscription.subscribe(ENTERPRISE_YEAR, key="trial", trial=True)

    assert (refused.status, refused.problem.slug) == (422, "invalid-request"), refused.text


def _net(old: Plan, new: Plan, period: Subscription, at: float) -> int:
    """Rule P1, by fractions: each line rounded half away from zero, then summed."""
    return _share(new.amount, period, at) - _share(old.amount, period, at)


def _share(amount: int, period: Subscription, at: float) -> int:
    assert period.period_start is not None
    assert period.period_end is not None
    start, end = int(period.period_start.timestamp()), int(period.period_end.timestamp())
    exact = Fraction(amount * (end - int(at)), end - start)
    return int(exact + Fraction(1, 2)) if exact >= 0 else -int(-exact + Fraction(1, 2))


def _of_plan(subscription: Subscription) -> tuple[object, ...]:
    return (subscription.status, subscription.plan, subscription.period_end, subscription.scheduled)
