"""What was away comes back, and the system works with it again by itself."""

from functools import partial
from typing import Final

import psycopg
import pytest

from contract.database_faults import table_cannot_grow
from fixtures.bench import Bench
from fixtures.client import Item, Member, Payment, Reply, Visitor
from fixtures.polling import eventually
from fixtures.together import at_once

WITHIN_S: Final = 6
"""From when the database answers again; the pool tries it anew every two seconds."""
PAYMENTS: Final = 8
WAITS: Final = '"event":"worker_waits"'


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


@pytest.mark.proves("A18.3", "C3.2")
def test_a_table_that_cannot_grow_refuses_for_now_and_the_same_request_succeeds_afterwards(
    impatient: Bench, impatient_member: Member, item: Item
) -> None:
    with table_cannot_grow(impatient.database_url, "payments"):
        refused = impatient_member.pay(item, key="no-room")
    paid = impatient_member.pay(item, key="no-room")

    assert (refused.status, refused.problem.slug) == (503, "service-unavailable"), refused.text
    assert refused.headers["retry-after"].isdigit()
    assert paid.status == 201, paid.text


@pytest.mark.proves("A2.7")
def test_a_worker_that_meets_a_table_that_cannot_grow_works_on_when_it_can(
    impatient: Bench, impatient_member: Member, item: Item
) -> None:
    log = impatient.logs["worker"]
    with table_cannot_grow(impatient.database_url, "invoices"):
        before = log.read_text(encoding="utf-8").count(WAITS)
        paid = impatient_member.pay(item, key="no-number").value
        eventually(lambda: log.read_text(encoding="utf-8").count(WAITS), lambda now: now > before)

    auditor = impatient.as_auditor()
    eventually(lambda: {each.payment_id for each in auditor.all_invoices()}, lambda known: paid.payment_id in known)


@pytest.mark.proves("B14.1", "C3.2")
def test_a_full_disk_is_refused_cleanly_and_each_payment_is_made_once_when_there_is_room(
    impatient: Bench, impatient_member: Member, item: Item
) -> None:
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


@pytest.mark.proves("B14.1", "C3.2")
def test_a_database_without_a_free_connection_is_refused_cleanly_and_worked_with_when_there_is_one(
    impatient: Bench, impatient_member: Member, item: Item
) -> None:
    pay = partial(impatient_member.pay, item, key="no-connection")

    with impatient.postgres_without_connections() as held:
        refused = pay()
    paid = eventually(pay, _is_decided, timeout_s=WITHIN_S)

    assert held > 100
    assert (refused.status, refused.problem.slug) == (503, "service-unavailable"), refused.text
    assert refused.headers["retry-after"].isdigit()
    assert paid.status == 201, paid.text


@pytest.mark.proves("B14.1", "C3.2")
def test_a_database_that_stops_at_once_and_recovers_has_every_payment(
    impatient: Bench, impatient_member: Member, item: Item
) -> None:
    before = impatient_member.pay(item, key="before-the-stop").value

    impatient.stop_postgres_at_once()
    refused = impatient_member.pay(item, key="after-the-stop")
    impatient.start_postgres()
    paid = eventually(partial(impatient_member.pay, item, key="after-the-stop"), _is_decided, timeout_s=WITHIN_S)

    assert refused.status == 503, refused.text
    assert paid.status == 201, paid.text
    kept = {payment.payment_id for payment in impatient_member.payments().value.items}
    assert kept == {before.payment_id, paid.value.payment_id}


def _is_decided(reply: Reply[Payment]) -> bool:
    return reply.status not in {202, 409, 503}


def _answers(database_url: str) -> bool:
    try:
        with psycopg.connect(database_url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False
