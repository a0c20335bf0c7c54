"""What was away comes back, and the system works with it again by itself."""

from typing import Final

import psycopg
import pytest

from fixtures.bench import Bench
from fixtures.client import Member, Visitor
from fixtures.polling import eventually

WITHIN_S: Final = 6
"""From when the database answers again; the pool tries it anew every two seconds."""


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


def _answers(database_url: str) -> bool:
    try:
        with psycopg.connect(database_url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False
