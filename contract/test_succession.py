"""A PostgreSQL server that is gone for good: what takes its place has every payment that anybody was told of."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final

import pytest

from fixtures.bench import Bench
from fixtures.client import Item, Member, Payment, Reply
from fixtures.polling import eventually

PAYMENTS: Final = 5
TIMES: Final = 10
"""So many times what a payment takes are waited: who has no answer by then waits for the replica."""


@pytest.mark.parametrize("succeeded", [Bench.postgres_replica, Bench.postgres_archive], ids=["replica", "backup"])
@pytest.mark.proves("B15.1", "C3.2")
def test_an_heir_has_every_payment_that_was_acknowledged_and_is_worked_with(
    succeeded: Callable[[Bench], AbstractContextManager[Any]], impatient: Bench, impatient_member: Member, item: Item
) -> None:
    with succeeded(impatient):
        paid = [impatient_member.pay(item, key=f"before-{number}").value.payment_id for number in range(PAYMENTS)]
        impatient.kill_postgres()

    assert dict.fromkeys(paid, "succeeded") == kept(impatient_member)
    after = eventually(partial(impatient_member.pay, item, key="after"), is_decided)
    assert after.status == 201, after.text


@pytest.mark.proves("B15.1", "C3.2")
def test_nobody_is_told_of_a_payment_that_only_the_lost_server_has(
    impatient: Bench, impatient_member: Member, item: Item
) -> None:
    pay = partial(impatient_member.pay, item, key="on-one-server-alone")
    usual = impatient_member.pay(item, key="while-all-is-well")
    with impatient.postgres_replica() as cut_off, ThreadPoolExecutor(1) as another:
        cut_off()
        paying = another.submit(pay)
        wait([paying], timeout=TIMES * usual.raw.elapsed_s)
        impatient.kill_postgres()
    told = paying.result()

    known = {told.value.payment_id} if told.ok else set()
    assert known <= kept(impatient_member).keys(), f"it was answered {told.status}, and the replica has no such payment"
    again = eventually(pay, is_decided)
    assert again.status == 201, again.text
    assert kept(impatient_member) == dict.fromkeys([usual.value.payment_id, again.value.payment_id], "succeeded")


def kept(member: Member) -> dict[str, str]:
    """What the system knows of a member's payments, by their ids."""
    reply = eventually(member.payments, lambda reply: reply.status == 200)
    return {each.payment_id: each.status for each in reply.value.items}


def is_decided(reply: Reply[Payment]) -> bool:
    return reply.status not in {202, 409, 503}
