"""Those who buy the same thing, or pay with the same account, do not wait for each other's card to be charged."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

import pytest

from fixtures.bench import Bench
from fixtures.client import Item, Member, Payment, Reply
from fixtures.together import at_once

COURSE: Final = "itm_course_python"
TOKENS: Final = "itm_tokens_100"
CROWD: Final = 8
ALONE: Final = 2
CHARGE_S: Final = 0.4
RATIO_MAX: Final = CROWD / 2
"""Between being served side by side and queueing: a crowd takes as long as one buyer, or eight times that."""

Purchase = Callable[[], Reply[Payment]]


@pytest.fixture
def slow_cards(bench: Bench) -> Iterator[None]:
    """The processor takes its time for each charge, and serves any number of them side by side."""
    bench.stripe.fault("slow", route="POST /v1/payment_intents", times=None, delay_s=CHARGE_S)
    yield
    bench.stripe.clear_faults()


@pytest.mark.usefixtures("slow_cards")
def test_a_crowd_buys_one_course_in_the_time_of_one_buyer(
    new_member: Callable[[], Member], catalogue: Mapping[str, Item]
) -> None:
    buyers = [new_member() for _ in range(ALONE + CROWD)]

    _side_by_side([partial(buyer.pay, catalogue[COURSE], key="popular") for buyer in buyers])


@pytest.mark.usefixtures("slow_cards")
def test_an_account_pays_for_eight_things_in_the_time_of_one(member: Member, catalogue: Mapping[str, Item]) -> None:
    _side_by_side([partial(member.pay, catalogue[TOKENS], key=f"own-{place}") for place in range(ALONE + CROWD)])


def _side_by_side(purchases: Sequence[Purchase]) -> None:
    """The first one after the other, all others at once."""
    one = min(_timed([purchase])[0] for purchase in purchases[:ALONE])
    together, replies = _timed(purchases[ALONE:])

    assert [reply.status for reply in replies] == [201] * CROWD, [reply.text for reply in replies]
    assert one >= CHARGE_S, "The fault did not bite."
    assert together <= RATIO_MAX * one, f"{CROWD} at once took {together:.2f} s, one alone {one:.2f} s"


def _timed(purchases: Sequence[Purchase]) -> tuple[float, Sequence[Reply[Payment]]]:
    began = time.monotonic()
    replies = at_once(purchases)
    return time.monotonic() - began, replies
