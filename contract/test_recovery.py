"""What was away comes back, and the system works with it again by itself."""

from functools import partial
from typing import Final

import psycopg
import pytest

from fixtures.bench import Bench
from fixtures.client import Member, Payment, Reply, Visitor
from fixtures.polling import eventually
from fixtures.together import at_once

WITHIN_S: Final = 6
"""From when the database answers again; the pool tries it anew every two seconds."""
PAYMENTS: Final = 8


@pytest.fixture
def restarted(impatient: Bench, impatient_member: Member) -> Bench:
    """The system, after somebody has asked it for something while its database was away."""
    impatient.kill_postgres_backend()
    impatient_member.payments()
    eventually(lambda: _answers(impatient.database_url), lambda answers: answers, timeout_s=30)
    return impatient


@pytest.mark.usefixtures("restarted")
@pytest.mark.proves("B14.1")
def test_a_database_that_restarts_is_worked_with_again_by_itself(impatient_member: Member) -> None:
    eventually(impatient_member.payments, lambda reply: reply.status == 200, timeout_s=WITHIN_S)

    [item, *_] = Visitor(impatient_member.transport).catalogue().value.items
    paid = impatient_member.pay(item, key="after-the-restart")
    assert paid.status == 201, paid.text


@pytest.mark.proves("B14.1", "C3.2")
def test_a_full_disk_is_refused_cleanly_and_each_payment_is_made_once_when_there_is_room(
    impatient: Bench, impatient_member: Member
) -> None:
    item = next(each for each in Visitor(impatient_member.transport).catalogue().value.items if each.repeatable)
    paying = [partial(impatient_member.pay, item, key=f"full-disk-{number}") for number in range(PAYMENTS)]

    with impatient.postgres_without_room() as ended:
        met = [reply.status for reply in at_once(paying)]
        assert eventually(ended, bool) > 0, "PostgreSQL wrote all the same."
    eventually(impatient_member.payments, lambda reply: reply.status == 200, timeout_s=WITHIN_S)
    again = [eventually(pay, _is_decided, timeout_s=30) for pay in paying]

    assert set(met) <= {201, 202, 503}, met
    assert 503 in met
    assert [reply.status for reply in again] == [201] * PAYMENTS, again[0].text
    made = [payment.payment_id for payment in impatient_member.payments().value.items]
    assert sorted(made) == sorted(reply.value.payment_id for reply in again)


def _is_decided(reply: Reply[Payment]) -> bool:
    return reply.status not in {202, 409, 503}


def _answers(database_url: str) -> bool:
    try:
        with psycopg.connect(database_url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False
