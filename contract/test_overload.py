"""More is asked than can be served: those at the door are turned away at once, and nothing of theirs was begun."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import psycopg
import pytest

from contract.conftest import sign_up
from fixtures.bench import Bench
from fixtures.client import HttpxTransport, Item, Member, Payment, Reply
from fixtures.polling import eventually

TOKENS: Final = "itm_tokens_100"
PLACES: Final = 8
CROWD: Final = 3 * PLACES
SOON_S: Final = 1.0
SLOW_S: Final = 5.0
"""Shorter than the system waits for the processor, and longer than eight people take to come."""


@pytest.fixture(scope="module")
def narrow(start_bench: Callable[..., Bench]) -> Iterator[Bench]:
    """A system that works on eight requests at the same time."""
    with start_bench(settings={"requests_at_once": str(PLACES)}) as bench:
        yield bench


@pytest.fixture
def crowd(narrow: Bench) -> Iterator[list[Member]]:
    with HttpxTransport(narrow.url) as transport:
        yield [sign_up(transport, narrow.run_id) for _ in range(CROWD)]
    eventually(narrow.stripe.backlog, lambda backlog: backlog == 0)


@pytest.mark.proves("A18.3")
def test_who_cannot_be_served_soon_is_refused_at_once_with_nothing_begun(
    narrow: Bench, crowd: list[Member], catalogue: Mapping[str, Item]
) -> None:
    def pay(member: Member) -> Reply[Payment]:
        return member.pay(catalogue[TOKENS], key="the-one")

    with ThreadPoolExecutor(CROWD) as threads, HttpxTransport(narrow.url) as transport:
        with psycopg.connect(narrow.database_url) as holder:
            holder.execute("LOCK TABLE payments IN ACCESS EXCLUSIVE MODE")
            asking = [threads.submit(pay, each) for each in crowd]
            eventually(lambda: sum(each.done() for each in asking), lambda done: done >= CROWD - PLACES)
            watching = transport.send("GET", "/health/live")
            page = transport.send("GET", "/pricing", headers={"Accept": "text/html"})
            holder.rollback()
        replies = [each.result() for each in asking]

    refused = [reply for reply in replies if not reply.ok]
    assert 0 < len(replies) - len(refused) <= PLACES
    assert {(reply.status, reply.problem.slug, reply.headers["retry-after"]) for reply in refused} == {
        (503, "overloaded", "2")
    }
    assert max(reply.elapsed_s for reply in refused) < SOON_S
    assert watching.status == 200
    assert (page.status, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    # The events of what was let in are always let in, and take places too: who is told to come again does.
    again = [eventually(partial(pay, member), lambda reply: reply.status != 503) for member in crowd]
    assert [(each.status, each.replayed) for each in again] == [(201, reply.ok) for reply in replies]


def test_a_processor_that_takes_long_keeps_nobody_else_out(
    narrow: Bench, crowd: list[Member], catalogue: Mapping[str, Item]
) -> None:
    """Who waits for it takes no place: as many wait there as there are places, and another one is served meanwhile."""
    slow = narrow.stripe.fault("slow", route="POST /v1/payment_intents", times=None, delay_s=SLOW_S)
    with ThreadPoolExecutor(CROWD) as threads, HttpxTransport(narrow.url) as transport:
        paying = []
        for number, each in enumerate(crowd[:PLACES], start=1):
            # One after the other: all at once, and the events of their first payments, would need more room.
            paying.append(threads.submit(each.pay, catalogue[TOKENS], key="slow"))
            eventually(partial(narrow.stripe.bit, slow), partial(int.__eq__, number))
        looked = transport.send("GET", "/api/catalogue/items")
        waiting = [each for each in paying if not each.done()]
        replies = [each.result() for each in paying]
    narrow.stripe.clear_faults()

    assert len(waiting) == PLACES, "they did not all wait for the processor when it was looked at"
    assert (looked.status, looked.elapsed_s < SOON_S) == (200, True)
    assert [each.status for each in replies] == [201] * PLACES, [each.text for each in replies]
