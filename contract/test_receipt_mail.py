"""The receipt is a durable job: neither a dead worker nor a mail server that is away loses or doubles it."""

from collections.abc import Iterator, Mapping

import pytest

from contract.workers import without_worker
from fixtures.bench import Bench
from fixtures.client import Item, Member
from fixtures.mailbox import Mode
from fixtures.polling import eventually

TOKENS = "itm_tokens_100"


@pytest.fixture
def refusing(impatient: Bench, impatient_member: Member) -> Iterator[Bench]:
    """From behind the member's welcome on: what is refused then is a receipt."""
    impatient.mailbox.wait_for(to=impatient_member.email)
    impatient.mailbox.behave(Mode.REFUSE)
    yield impatient
    impatient.mailbox.behave(Mode.ACCEPT)


@pytest.mark.proves("A17.1")
def test_a_receipt_waits_for_the_worker_and_comes_once(
    impatient: Bench, impatient_member: Member, catalogue: Mapping[str, Item]
) -> None:
    mailbox, email = impatient.mailbox, impatient_member.email
    with without_worker(impatient):
        paid = impatient_member.pay(catalogue[TOKENS], key="no-worker").value
        assert mailbox.messages(to=email, subject="receipt") == []

    later = impatient_member.pay(catalogue[TOKENS], key="with-worker").value

    mailbox.wait_for(to=email, subject="receipt", count=2, timeout_s=30)
    texts = [message.text for message in mailbox.messages(to=email, subject="receipt")]
    assert [sum(each.payment_id in text for text in texts) for each in (paid, later)] == [1, 1], texts


@pytest.mark.proves("A17.1")
def test_mails_that_follow_each_other_take_one_connection(
    impatient: Bench, impatient_member: Member, catalogue: Mapping[str, Item]
) -> None:
    mailbox, email = impatient.mailbox, impatient_member.email
    mailbox.wait_for(to=email)
    before = mailbox.connections
    for number in range(1, 6):
        impatient_member.pay(catalogue[TOKENS], key=f"in-a-row-{number}")
        mailbox.wait_for(to=email, subject="receipt", count=number)

    assert mailbox.connections - before <= 1


@pytest.mark.proves("A17.1")
def test_a_mail_server_that_hangs_up_is_connected_to_anew(
    impatient: Bench, impatient_member: Member, catalogue: Mapping[str, Item]
) -> None:
    mailbox, email = impatient.mailbox, impatient_member.email
    mailbox.wait_for(to=email)
    shut_out = mailbox.shut_out
    mailbox.behave(Mode.DOWN)
    impatient_member.pay(catalogue[TOKENS], key="hung-up")
    eventually(lambda: mailbox.shut_out, lambda now: now > shut_out)
    mailbox.behave(Mode.ACCEPT)

    mailbox.wait_for(to=email, subject="receipt", timeout_s=45)
    assert len(mailbox.messages(to=email, subject="receipt")) == 1


@pytest.mark.proves("A17.1")
def test_a_receipt_waits_for_the_mail_server_and_comes_once(
    refusing: Bench, impatient_member: Member, catalogue: Mapping[str, Item]
) -> None:
    refused_before = refusing.mailbox.refused
    impatient_member.pay(catalogue[TOKENS], key="no-mail-server")
    eventually(lambda: refusing.mailbox.refused, lambda refused: refused > refused_before)

    refusing.mailbox.behave(Mode.ACCEPT)

    refusing.mailbox.wait_for(to=impatient_member.email, subject="receipt", timeout_s=45)
    assert len(refusing.mailbox.messages(to=impatient_member.email, subject="receipt")) == 1
