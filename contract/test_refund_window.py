"""A payment can be taken back for thirty days from its capture, to the instant; later only by an admin who says why."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

import pytest

from fixtures.bench import Bench
from fixtures.builders import Person, person
from fixtures.client import HttpxTransport, Member, Payment, Visitor

WINDOW: Final = timedelta(days=30)
MARGIN: Final = timedelta(minutes=5)
"""More than the tests themselves take between paying and moving the clock."""

pytestmark = pytest.mark.proves("A2.4")


@pytest.fixture(scope="module")
def movable() -> Iterator[Bench]:
    with Bench.start(clock="movable") as bench:
        yield bench


@pytest.fixture
def buyer(movable: Bench, request: pytest.FixtureRequest) -> Person:
    somebody = person("window", movable.run_id, request.node.nodeid)
    with HttpxTransport(movable.url) as transport:
        visitor = Visitor(transport)
        assert visitor.sign_up(email=somebody.email, password=somebody.password, name=somebody.name).ok
    return somebody


@pytest.fixture
def paid_ago(movable: Bench, buyer: Person) -> Callable[[timedelta], Payment]:
    """Buys something and lets time pass."""

    def pay(age: timedelta) -> Payment:
        with HttpxTransport(movable.url) as transport:
            pack = next(item for item in Visitor(transport).catalogue().value.items if item.repeatable)
            payment = movable.as_member(buyer).pay(pack, key="window").value
        movable.clock.advance(age)
        return payment

    return pay


def test_the_buyer_gets_it_back_on_the_thirtieth_day(
    movable: Bench, buyer: Person, paid_ago: Callable[[timedelta], Payment]
) -> None:
    payment = paid_ago(WINDOW - MARGIN)

    reply = movable.as_member(buyer).refund(payment.payment_id, key="in-time")

    assert reply.status == 201, reply.text


def test_the_buyer_comes_too_late_after_it(
    movable: Bench, buyer: Person, paid_ago: Callable[[timedelta], Payment]
) -> None:
    payment = paid_ago(WINDOW + MARGIN)

    reply = movable.as_member(buyer).refund(payment.payment_id, key="too-late")

    assert reply.status == 409, reply.text
    assert reply.problem.slug == "not-refundable"


def test_an_admin_refunds_later_with_a_note_and_not_without(
    movable: Bench, paid_ago: Callable[[timedelta], Payment]
) -> None:
    payment = paid_ago(WINDOW + MARGIN)
    admin: Member = movable.as_admin()

    silent = admin.refund(payment.payment_id, key="silent")
    explained = admin.refund(payment.payment_id, key="explained", note="The course was withdrawn.")

    assert (silent.status, explained.status) == (409, 201), f"{silent.text}\n{explained.text}"
