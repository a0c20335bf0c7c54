"""Whole lives whose events come in random orders, twice or not at all: each ends as the life that heard all in order.

60 lives by default; `nox -s contract` lives 500 (`--interleavings=500`), which takes minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import pytest

from contract.subscriptions.courier import alone
from contract.subscriptions.interleavings import Hearing, Lives
from contract.subscriptions.plans import ENTERPRISE_MONTH, PRO_MONTH
from contract.subscriptions.story import Story, expect_the_processors_own, stories
from fixtures.bench import Bench
from fixtures.books import differences, subscription_differences
from fixtures.books.gather import gather, gather_subscriptions
from fixtures.client import HttpxTransport

SEED: Final = 20_241_130

pytestmark = pytest.mark.timeout(1200)


@dataclass(frozen=True, slots=True)
class Lived:
    bench: Bench
    hearings: list[Hearing]
    stories: list[Story]

    @property
    def ordered(self) -> Story:
        return self.stories[0]


@pytest.fixture(scope="module")
def lived(movable_bench: Bench, request: pytest.FixtureRequest) -> Iterator[Lived]:
    count = request.config.getoption("--interleavings")
    with alone(movable_bench) as courier, HttpxTransport(movable_bench.url) as transport:
        lives = Lives(movable_bench, transport, courier, count=count, seed=SEED)
        lives.run()
        told = stories(movable_bench.as_auditor(), [each.life for each in lives.hearings])
        yield Lived(movable_bench, lives.hearings, told)


@pytest.mark.proves("A12.1", "C3.8")
def test_the_orders_were_many_and_some_events_came_twice_or_never(lived: Lived) -> None:
    unordered = [each for each in lived.hearings if each.chance is not None]

    assert sum(_out_of_order(each) for each in unordered) >= 0.9 * len(unordered), f"Seed {SEED}"
    assert sum(len(set(each.heard)) < len(each.heard) for each in unordered) >= 0.9 * len(unordered)
    assert sum(bool(each.lost) for each in unordered) >= 0.9 * len(unordered)
    assert not _out_of_order(lived.hearings[0])


@pytest.mark.proves("A12.1", "A12.3", "C3.8")
def test_every_life_ends_as_the_one_that_heard_all_in_order(lived: Lived) -> None:
    ordered = lived.ordered
    assert (ordered.status, ordered.tier, ordered.is_over, ordered.without_gap) == ("canceled", "free", True, True)
    assert ordered.charged.count(PRO_MONTH.amount) == 3, ordered
    assert sum(ordered.charged) <= 3 * PRO_MONTH.amount + ENTERPRISE_MONTH.amount

    others = [
        (number, story)
        for number, story in enumerate(lived.stories)
        if story.but_for_cents() != ordered.but_for_cents()
    ]
    assert others == [], f"Seed {SEED}, in order it was {ordered}"


@pytest.mark.proves("A12.1", "A12.3", "C3.8")
def test_every_life_ends_as_the_processor_knows_it(lived: Lived) -> None:
    for hearing, story in zip(lived.hearings, lived.stories, strict=True):
        expect_the_processors_own(story, hearing.life.record)


@pytest.mark.proves("A12.1", "C3.8", "C2.5")
def test_after_all_orders_both_sides_know_the_same_and_the_books_agree(lived: Lived) -> None:
    auditor = lived.bench.as_auditor()
    read = gather_subscriptions(lived.bench.stripe, auditor, lived.bench.clock.now())

    assert len(read.ours) == len(read.theirs) == len(lived.hearings)
    assert [str(each) for each in subscription_differences(read)] == []
    assert [str(each) for each in differences(gather(lived.bench.stripe, auditor))] == []


def _out_of_order(hearing: Hearing) -> bool:
    return any(later < earlier for earlier, later in pairwise(hearing.heard))
