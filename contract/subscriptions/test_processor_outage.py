"""After an outage of the processor, what has waited for it does not fall upon it."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from contract.conftest import IMPATIENT, sign_up
from contract.subscriptions.plans import PRO_MONTH
from fixtures.bench import Bench
from fixtures.client import HttpxTransport, Member
from fixtures.polling import eventually
from fixtures.together import at_once

CREATE = "POST /v1/subscriptions"
CROWD = 24
AT_ONCE = 8
ANSWERS_AFTER_S = 0.4


@pytest.fixture(scope="module")
def fragile(start_bench: Callable[..., Bench]) -> Iterator[Bench]:
    with start_bench(settings=IMPATIENT) as bench:
        yield bench


@pytest.fixture
def waiting(fragile: Bench) -> Iterator[list[Member]]:
    """A crowd whose subscriptions the processor failed to answer for."""
    fragile.stripe.pause_webhooks()
    fragile.stripe.fault("error_500_before", route=CREATE, times=None)
    with HttpxTransport(fragile.url) as transport:
        crowd = at_once([partial(sign_up, transport, fragile.run_id, number) for number in range(CROWD)])
        replies = at_once([partial(each.subscription.subscribe, PRO_MONTH, key="wait") for each in crowd])
        assert [reply.status for reply in replies] == [202] * CROWD, replies[0].text
        yield crowd


@pytest.mark.proves("C3.7")
def test_what_has_waited_for_the_processor_is_asked_a_few_at_a_time(fragile: Bench, waiting: list[Member]) -> None:
    before = max(call.seq for call in fragile.stripe.journal())
    fragile.stripe.clear_faults()
    fragile.stripe.fault("slow", route=CREATE, times=None, delay_s=ANSWERS_AFTER_S)

    eventually(lambda: _begun(fragile, before), lambda begun: len(begun) == CROWD, timeout_s=8)

    most = max(_within(ANSWERS_AFTER_S * 0.9, _begun(fragile, before)))
    assert most <= AT_ONCE, f"{most} of {len(waiting)} were asked for at the same time."


def _begun(bench: Bench, since: int) -> list[float]:
    """When each subscription was asked for."""
    return [call.at for call in bench.stripe.journal(since) if call.route == CREATE and call.status == 200]


def _within(span_s: float, times: list[float]) -> list[int]:
    """How many follow each of the times within the span, itself included."""
    return [sum(begin <= each < begin + span_s for each in times) for begin in times]
