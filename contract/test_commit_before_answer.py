"""What was answered with success is committed: another connection sees it at once, every time."""

import time
from collections.abc import Iterator, Mapping
from itertools import count, takewhile

import pytest

from fixtures.bench import Bench
from fixtures.client import HttpxTransport, Item, Member

TOKENS = "itm_tokens_100"
ROUNDS_MIN = 20
PATIENCE_S = 3.0


@pytest.fixture
def elsewhere(bench: Bench, member: Member) -> Iterator[Member]:
    """The same member on a connection of its own."""
    with HttpxTransport(bench.url) as transport:
        yield Member(transport, member.session)


@pytest.mark.proves("A2.1")
def test_a_payment_is_there_the_moment_it_is_acknowledged(
    member: Member, elsewhere: Member, catalogue: Mapping[str, Item]
) -> None:
    for number in _rounds():
        paid = member.pay(catalogue[TOKENS], key=f"round-{number}")
        read = elsewhere.payment(paid.value.payment_id)

        assert read.status == 200, f"Round {number}: answered {paid.text}\nread back: {read.status} {read.text}"
        assert read.value == paid.value, f"Round {number}"


@pytest.mark.proves("A2.4")
def test_a_refund_is_there_the_moment_it_is_acknowledged(
    member: Member, elsewhere: Member, catalogue: Mapping[str, Item]
) -> None:
    paid = member.pay(catalogue[TOKENS], key="to-refund").value

    for number in range(1, 16):
        back = member.refund(paid.payment_id, key=f"round-{number}", amount=1)
        read = elsewhere.payment(paid.payment_id).value

        assert back.status == 201, back.text
        assert read.refundable_amount == paid.amount - number, f"Round {number}: {back.text}\nread back: {read}"


@pytest.mark.proves("A2.1")
def test_a_session_works_the_moment_it_is_acknowledged(member: Member, elsewhere: Member) -> None:
    for number in _rounds():
        renewed = member.refresh()
        elsewhere.session = member.session
        read = elsewhere.me()

        assert (renewed.status, read.status) == (200, 200), f"Round {number}: {renewed.text}\nread back: {read.text}"


def _rounds() -> Iterator[int]:
    """As many rounds as fit, and never so few that a commit which is late now and then could hide."""
    began = time.monotonic()
    yield from takewhile(lambda number: number < ROUNDS_MIN or time.monotonic() - began < PATIENCE_S, count())
