"""More is asked than can be served: those at the door are turned away at once, and nothing of theirs was begun."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import psycopg
import pytest

from contract.conftest import sign_up
from fixtures.bench import Bench
from fixtures.client import HttpxTransport, Item, Member, Payment, Reply
from fixtures.polling import eventually

TOKENS: Final = "itm_tokens_100"
CONNECTIONS: Final = 2
LET_IN_MIN: Final = 8 * CONNECTIONS + CONNECTIONS
"""Those at work and those who wait; who is between two of his transactions just then is neither."""
CROWD: Final = 2 * LET_IN_MIN
REFUSED_MIN: Final = CROWD // 4
SOON_S: Final = 1.0


@pytest.fixture(scope="module")
def narrow(start_bench: Callable[..., Bench]) -> Iterator[Bench]:
    """A system that the database gives two connections."""
    with start_bench(settings={"database_pool_size": str(CONNECTIONS)}) as bench:
        yield bench


@pytest.fixture
def crowd(narrow: Bench) -> Iterator[list[Member]]:
    with HttpxTransport(narrow.url) as transport:
        yield [sign_up(transport, narrow.run_id) for _ in range(CROWD)]


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
            eventually(lambda: sum(each.done() for each in asking), lambda done: done >= REFUSED_MIN, timeout_s=4)
            watching = transport.send("GET", "/health/live")
            page = transport.send("GET", "/pricing", headers={"Accept": "text/html"})
            holder.rollback()
        replies = [each.result() for each in asking]

    refused = [reply for reply in replies if not reply.ok]
    assert LET_IN_MIN <= len(replies) - len(refused) <= CROWD - REFUSED_MIN
    assert {(reply.status, reply.problem.slug, reply.headers["retry-after"]) for reply in refused} == {
        (503, "overloaded", "2")
    }
    assert max(reply.elapsed_s for reply in refused) < SOON_S
    assert watching.status == 200
    assert (page.status, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    again = [pay(member) for member in crowd]
    assert [(each.status, each.replayed) for each in again] == [(201, reply.ok) for reply in replies]
