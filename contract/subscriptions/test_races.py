"""A renewal in the very instant of an end or of a change of plan: one of the two comes first, and both know which."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Final

import pytest

from contract.subscriptions.life import SECOND, Life, deliveries_at_rest
from contract.subscriptions.plans import ENTERPRISE_MONTH, PRO_MONTH
from fixtures.bench import Bench
from fixtures.books import differences, subscription_differences
from fixtures.books.gather import gather, gather_subscriptions
from fixtures.builders import person
from fixtures.client import HttpxTransport, Reply
from fixtures.client.subscriptions import Subscription
from fixtures.polling import eventually
from fixtures.together import at_once

ROUNDS: Final = 50
"""Every other one is an end, the others are changes of plan."""
EVE: Final = 5 * SECOND
APART: Final = timedelta(hours=3)
MARGIN: Final = timedelta(hours=2)
"""Within it, a renewal is drafted, finalised and paid: no two rounds' renewals meet."""
PRO, ENTERPRISE = PRO_MONTH.amount, ENTERPRISE_MONTH.amount

pytestmark = pytest.mark.timeout(300)
Ask = Callable[[], Reply[Subscription]]


@dataclass(frozen=True, slots=True)
class Round:
    """What was answered in the instant of a renewal, and what was so two hours later.

    `end` is when the first period was over; `charged` is the processor's word.
    """

    life: Life
    end: datetime
    reply: Reply[Subscription]
    after: Subscription
    charged: list[int]


@dataclass(frozen=True, slots=True)
class Races:
    bench: Bench
    ends: tuple[Round, ...]
    changes: tuple[Round, ...]


@pytest.fixture(scope="module")
def races(movable_bench: Bench) -> Iterator[Races]:
    """All begin some hours apart, so that a month later one after the other is renewed."""
    with ExitStack() as stack:
        transport = stack.enter_context(HttpxTransport(movable_bench.url))
        lives = []
        for number in range(ROUNDS):
            somebody = person(movable_bench.run_id, "race", number)
            lives.append(Life.begin(movable_bench, transport, somebody).subscribed(PRO_MONTH))
            movable_bench.clock.advance(APART)
        deliveries_at_rest(movable_bench)
        rounds = [
            _race(life, _cancel if number % 2 == 0 else _upgrade, second=number % 4 >= 2)
            for number, life in enumerate(lives)
        ]
        yield Races(movable_bench, tuple(rounds[::2]), tuple(rounds[1::2]))


@pytest.mark.proves("A12.1", "A12.3", "A4.4")
def test_an_end_in_the_instant_of_a_renewal_has_one_of_two_outcomes(races: Races) -> None:
    assert {_ended_before(each) for each in races.ends} == {True, False}, "one side has won every time"
    illegal = [each for each in races.ends if not _ended_before(each) and not _ended_after(each)]

    assert illegal == [], "\n\n".join(map(str, illegal))


@pytest.mark.proves("A12.1", "A4.2")
def test_a_change_in_the_instant_of_a_renewal_is_charged_as_quoted_or_not_made(races: Races) -> None:
    assert {_changed_before(each) for each in races.changes} == {True, False}, "one side has won every time"
    illegal = [each for each in races.changes if not _changed_before(each) and not _not_changed(each)]

    assert illegal == [], "\n\n".join(map(str, illegal))


@pytest.mark.proves("A12.1", "A12.3", "C2.5")
def test_after_the_races_both_sides_know_the_same_and_the_books_agree(races: Races) -> None:
    auditor = races.bench.as_auditor()
    read = gather_subscriptions(races.bench.stripe, auditor, races.bench.clock.now())

    assert len(read.ours) == len(read.theirs) == ROUNDS
    assert [str(each) for each in subscription_differences(read)] == []
    assert [str(each) for each in differences(gather(races.bench.stripe, auditor))] == []


@pytest.mark.proves("A12.3", "A4.4")
def test_after_an_end_that_was_acknowledged_nobody_is_charged_again(races: Races) -> None:
    """Looked at last, for it lets another month pass."""
    acknowledged = [(each, each.reply.value.period_end) for each in races.ends if each.reply.ok]
    races.bench.clock.advance(timedelta(days=32))
    deliveries_at_rest(races.bench)

    assert len(acknowledged) == len(races.ends), [each.reply.text for each in races.ends]
    assert [
        each for each, end in acknowledged if end is None or any(start >= end for start, _ in each.life.periods())
    ] == []
    assert [each for each, _ in acknowledged if len(each.life.record.charged()) != len(each.life.periods())] == []
    assert {subscription["status"] for each in races.ends for subscription in each.life.record.subscriptions()} == {
        "canceled"
    }


def _race(life: Life, prepare: Callable[[Life], Ask], *, second: bool) -> Round:
    """Both at once; as the `second`, the renewal waits for the first question that the request asks the processor."""
    [end] = [until for _, until in life.periods()]
    life.pass_until(end - EVE)
    ask, stripe = prepare(life), life.bench.stripe
    asked = stripe.journal()[-1].seq if second else 0

    def renew() -> None:
        if second:
            eventually(lambda: stripe.journal(asked), bool)
        life.bench.clock.advance(EVE + SECOND)

    _, reply = at_once([renew, ask])
    assert isinstance(reply, Reply)
    after = life.pass_time(MARGIN)
    return Round(life, end, reply, after, life.record.charged())


def _cancel(life: Life) -> Ask:
    return partial(life.subscription.cancel, key="end")


def _upgrade(life: Life) -> Ask:
    quote = life.subscription.preview(ENTERPRISE_MONTH.price_id).value
    assert quote.total < PRO, "what is left of the period is worth next to nothing"
    return partial(life.subscription.update, quote.quote_id, key="up")


def _ended_before(each: Round) -> bool:
    now = each.after
    return now.status == "canceled" and each.reply.value.period_end == each.end and each.charged == [PRO]


def _ended_after(each: Round) -> bool:
    now = each.after
    renewed = now.status == "active" and now.cancel_at_period_end and now.period_start == each.end
    return renewed and each.reply.value.period_end == now.period_end and each.charged == [PRO, PRO]


def _changed_before(each: Round) -> bool:
    """Only the new plan is renewed; the seconds that were left cost what the quote said: nothing."""
    now = each.after
    return each.reply.ok and now.plan == ENTERPRISE_MONTH and each.charged == [PRO, ENTERPRISE]


def _not_changed(each: Round) -> bool:
    refused = each.reply.status == HTTPStatus.CONFLICT
    return refused and each.after.plan == PRO_MONTH and each.charged == [PRO, PRO]
