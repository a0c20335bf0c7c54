"""Lives side by side on one clock, each of which hears of itself in an order of its own.

Time is one for all, so that they go step by step together: begin by the hosted page, take the dearer plan, choose the
cheaper for the next period, be renewed, be declined, pay with another card, leave.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeVar

from contract.subscriptions.courier import Courier, tells
from contract.subscriptions.life import Life
from contract.subscriptions.plans import ENTERPRISE_MONTH, PRO_MONTH
from fixtures.bench import Bench
from fixtures.builders import person
from fixtures.client import HttpxTransport
from fixtures.emulator import Row
from fixtures.hosted import pay_on_page

T = TypeVar("T")
R = TypeVar("R")
AT_ONCE: Final = 4
A_PERIOD: Final = timedelta(days=31, hours=2)
LOST: Final = 0.25
DOUBLED: Final = 0.15
MEANT: Final = ("payment_intent.succeeded", "payment_intent.payment_failed", "checkout.session.completed")
"""Beside those that tell of the subscription; of all others the system only takes note."""


@dataclass(slots=True)
class Hearing:
    """A life, and what of its events has not come yet. Without `chance`, all come once and in their order.

    `heard` are the places of those that came, as the processor had made them.
    """

    life: Life
    chance: random.Random | None
    waiting: list[Row] = field(default_factory=list)
    lost: list[Row] = field(default_factory=list)
    heard: list[int] = field(default_factory=list)
    seen: int = 0
    places: dict[str, int] = field(default_factory=dict)

    def made(self, events: Sequence[Row]) -> None:
        """Take note of what was made of this life so far; some of it is lost for good."""
        for event in (each for each in events[self.seen :] if tells(each) or each["type"] in MEANT):
            self.places[str(event["id"])] = len(self.places)
            (self.lost if self.chance and self.chance.random() < LOST else self.waiting).append(event)
        self.seen = len(events)

    def hear(self, courier: Courier, *, all_of_it: bool) -> None:
        """Some of what waits comes, at least so much that the system has asked for the present state; some twice."""
        for event in self._next(all_of_it=all_of_it):
            courier.bring(event)
            self.heard.append(self.places[str(event["id"])])

    def _next(self, *, all_of_it: bool) -> list[Row]:
        if self.chance is None:
            now, self.waiting = self.waiting, []
            return now
        self.chance.shuffle(self.waiting)
        telling = [place for place, event in enumerate(self.waiting) if tells(event)]
        if not telling:
            # All were lost that would have told: the processor sends one of them again.
            self._found_again()
            telling = [len(self.waiting) - 1]
        least = telling[0] + 1
        count = len(self.waiting) if all_of_it else self.chance.randint(least, len(self.waiting))
        now, self.waiting = self.waiting[:count], self.waiting[count:]
        twice = [event for event in now if self.chance.random() < DOUBLED]
        return now + twice

    def _found_again(self) -> None:
        place = max(place for place, event in enumerate(self.lost) if tells(event))
        self.waiting.append(self.lost.pop(place))


class Lives:
    """The first one hears everything in order; the others, by `seed`, as it comes."""

    def __init__(self, bench: Bench, transport: HttpxTransport, courier: Courier, *, count: int, seed: int) -> None:
        self._bench = bench
        self._courier = courier
        self._transport = transport
        self._seed = seed
        self.hearings = self._each(range(count + 1), self._born)

    def run(self) -> None:
        """Live to the end, and hear what was not lost."""
        steps: list[Callable[[Life], None]] = [_begin, _rise, _choose_cheaper]
        for step in steps:
            self._step(step)
        self._pass_a_period()
        self._step(_take_bad_card)
        self._pass_a_period()
        self._step(_pay_with_another_card)
        self._step(_leave)
        self._pass_a_period(last=True)

    def _born(self, number: int) -> Hearing:
        chance = random.Random(f"{self._seed}-{number}") if number else None  # noqa: S311 - an order, not a secret
        life = Life.begin(self._bench, self._transport, person(self._bench.run_id, "interleaved", number))
        return Hearing(life, chance)

    def _step(self, act: Callable[[Life], None]) -> None:
        self._each(self.hearings, lambda hearing: act(hearing.life))
        self._hear(all_of_it=False)

    def _pass_a_period(self, *, last: bool = False) -> None:
        self._bench.clock.advance(A_PERIOD)
        self._hear(all_of_it=last)
        self._each(self.hearings, lambda hearing: _log_in(hearing.life))

    def _hear(self, *, all_of_it: bool) -> None:
        events = self._courier.events()
        customers = {str(each["email"]): str(each["id"]) for each in self._bench.stripe.every("customers")}
        for hearing in self.hearings:
            hearing.made(events[customers[hearing.life.person.email]])
        self._each(self.hearings, lambda hearing: hearing.hear(self._courier, all_of_it=all_of_it))

    def _each(self, these: Iterable[T], do: Callable[[T], R]) -> list[R]:
        """Several at once, so that what is heard of one meets what is heard of another."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(do, these))


def _log_in(life: Life) -> None:
    life.member = life.bench.as_member(life.person)


def _begin(life: Life) -> None:
    """Only events tell that the page is paid."""
    waiting = life.subscription.subscribe(PRO_MONTH, key="begin", payment_method=None).value
    assert waiting.next_action is not None, waiting
    pay_on_page(waiting.next_action.url)


def _rise(life: Life) -> None:
    life.change_to(ENTERPRISE_MONTH, key="rise")


def _choose_cheaper(life: Life) -> None:
    assert life.change_to(PRO_MONTH, key="cheaper") == 0, "a cheaper plan waits for the next period"


def _take_bad_card(life: Life) -> None:
    assert life.now().plan == PRO_MONTH, "the period that has begun is the cheaper plan's"
    assert life.subscription.use_card("pm_card_chargeCustomerFail", key="bad-card").ok


def _pay_with_another_card(life: Life) -> None:
    assert life.now().status == "past_due"
    paid = life.subscription.use_card("pm_card_visa", key="good-card")
    assert paid.value.status == "active", paid.text


def _leave(life: Life) -> None:
    assert life.subscription.cancel(key="leave").value.cancel_at_period_end
