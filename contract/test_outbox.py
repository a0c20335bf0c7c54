"""What a committed fact owes to the outside is on its way in the same moment, and comes once."""

from collections.abc import Mapping
from typing import Final

import psycopg
import pytest

from contract.at_rest import mails_at_rest
from fixtures.bench import Bench
from fixtures.client import Item, Member

TOKENS: Final = "itm_tokens_100"

_FORGOTTEN: Final = """
SELECT template, event_key
  FROM notifications
 WHERE sent_at IS NULL AND recipient = %(account_id)s
   AND NOT EXISTS (SELECT FROM procrastinate_jobs WHERE args ->> 'notification_id' = notification_id)
"""


@pytest.mark.proves("A17.1")
def test_what_is_owed_is_queued_with_it(bench: Bench, member: Member, catalogue: Mapping[str, Item]) -> None:
    """At every moment a mail is sent or has its job: seen in one statement, whatever the worker does meanwhile."""
    payment = member.pay(catalogue[TOKENS], key="owed").value
    assert member.refund(payment.payment_id, key="owed-back").status == 201

    with psycopg.connect(bench.database_url) as connection:
        forgotten = connection.execute(_FORGOTTEN, {"account_id": member.account_id}).fetchall()

    assert forgotten == []


@pytest.mark.proves("A1.6")
def test_a_fact_is_mailed_once(bench: Bench, member: Member, catalogue: Mapping[str, Item]) -> None:
    payment = member.pay(catalogue[TOKENS], key="mailed").value
    bench.mailbox.wait_for(to=member.email, subject="receipt")
    mails_at_rest(bench.database_url)

    texts = [message.text for message in bench.mailbox.messages(to=member.email, subject="receipt")]

    assert len(texts) == 1, texts
    assert payment.payment_id in texts[0]
