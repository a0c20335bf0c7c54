"""An end that is taken back: the subscription is the one that it was, also in the very second of its renewal."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from contract.subscriptions.life import SECOND, Life, deliveries_at_rest
from contract.subscriptions.plans import PRO_MONTH
from contract.workers import without_worker
from fixtures.client import HttpxTransport, Member
from fixtures.polling import eventually

MARGIN = timedelta(minutes=70)
"""Within it, a renewal is drafted, finalised and paid; the sweep asks for what it has not heard of later."""
SLOW_S = 4.0
"""Long enough for the renewal and its events, and shorter than the system waits for the processor."""


@pytest.fixture
def ending(life: Life) -> Iterator[Life]:
    """Somebody whose subscription is to end with its period."""
    assert life.subscribed(PRO_MONTH).subscription.cancel(key="end").value.cancel_at_period_end
    deliveries_at_rest(life.bench)
    yield life
    life.bench.stripe.clear_faults()
    life.bench.stripe.resume_webhooks()


@pytest.fixture
def elsewhere(ending: Life) -> Iterator[HttpxTransport]:
    """Another server of the same system, as behind whatever shares the requests out; nobody else reads meanwhile."""
    bench = ending.bench
    with without_worker(bench), bench.another_app() as url, HttpxTransport(url) as transport:
        yield transport


@pytest.mark.proves("A4.4")
def test_an_end_that_is_taken_back_leaves_the_one_subscription_and_its_days(ending: Life) -> None:
    [before] = ending.record.subscriptions()

    assert not ending.subscription.uncancel(key="stay").value.cancel_at_period_end
    ending.pass_until(_end(ending) + MARGIN)

    assert [each["id"] for each in ending.record.subscriptions()] == [before["id"]]
    assert ending.record.charged() == [PRO_MONTH.amount] * 2
    [(_, paid_until), (goes_on, _)] = ending.periods()
    assert goes_on == paid_until


@pytest.mark.proves("A4.4", "C3.8")
def test_a_renewal_in_the_second_of_a_change_is_not_overwritten_by_what_was_read_before(
    ending: Life, elsewhere: HttpxTransport
) -> None:
    """The change is made at one server and the renewal told to another: they share nothing but the database."""
    end, bench = _end(ending), ending.bench
    ending.pass_until(end - 5 * SECOND)
    slow = bench.stripe.fault("slow", route="GET /v1/invoices", times=1, delay_s=SLOW_S)
    bench.stripe.pause_webhooks()

    with ThreadPoolExecutor(1) as thread:
        change = thread.submit(Member(elsewhere, ending.member.session).subscription.uncancel, key="stay")
        eventually(lambda: bench.stripe.bit(slow), lambda bit: bit == 1)
        bench.clock.advance(MARGIN)
        bench.stripe.resume_webhooks()
        deliveries_at_rest(bench)
        reply = change.result()

    assert reply.ok, reply.text
    [there] = ending.record.live()
    renewed = ending.pass_time(SECOND)
    assert renewed.period_start == end
    assert renewed.period_end == datetime.fromtimestamp(there["items"]["data"][0]["current_period_end"], end.tzinfo)
    assert ending.record.charged() == [PRO_MONTH.amount] * 2


def _end(life: Life) -> datetime:
    end = life.now().period_end
    assert end is not None
    return end
