"""Who has lost the password sets a new one by a mail; whoever was inside with the old one is out."""

import pytest

from contract.at_rest import mails_at_rest
from contract.workers import without_worker
from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.client import Auditor, Member, Visitor
from fixtures.links import RESET, mailed_token

pytestmark = pytest.mark.proves("A15.8")

NEW = "another-horse-altogether"


@pytest.fixture
def token(bench: Bench, somebody: Person, enrolled: Member, visitor: Visitor) -> str:
    visitor.forgot_password(enrolled.email)
    return mailed_token(bench.mailbox, somebody.email, RESET)


def test_the_new_password_opens_and_the_old_one_does_not(somebody: Person, visitor: Visitor, token: str) -> None:
    reset = visitor.reset_password(token, NEW)

    old = visitor.log_in(email=somebody.email, password=somebody.password)
    new = visitor.log_in(email=somebody.email, password=NEW)
    assert (reset.status, old.status, new.status) == (204, 401, 200), (reset.text, old.text, new.text)


def test_every_session_ends(bench: Bench, somebody: Person, enrolled: Member, visitor: Visitor, token: str) -> None:
    elsewhere = bench.as_member(somebody)

    visitor.reset_password(token, NEW)

    statuses = [enrolled.me().status, enrolled.refresh().status, elsewhere.me().status, elsewhere.refresh().status]
    assert statuses == [401, 401, 401, 401]


def test_the_owner_is_told_and_the_log_knows(
    bench: Bench, enrolled: Member, visitor: Visitor, auditor: Auditor, token: str
) -> None:
    visitor.reset_password(token, NEW)

    notice = bench.mailbox.wait_for(to=enrolled.email, subject="was changed", timeout_s=20)
    assert "python-httpx" in notice.text
    assert "/forgot-password" in notice.text
    rows = [row for row in auditor.audit_log() if row["object_id"] == enrolled.account_id]
    assert [row["action"] for row in rows] == ["account.password_reset", "account.reset_asked", "account.signed_up"]
    assert rows[0]["details"] == {"sessions_ended": 1}


def test_reading_the_mail_confirms_the_address_as_well(somebody: Person, visitor: Visitor, token: str) -> None:
    visitor.reset_password(token, NEW)

    account = visitor.log_in(email=somebody.email, password=NEW).value.account
    assert account.email_verified_at is not None


def test_a_password_that_is_too_short_uses_nothing_up(visitor: Visitor, token: str) -> None:
    short = visitor.reset_password(token, "short")

    assert short.status == 422, short.text
    assert short.problem.message_for("body.new_password")
    assert visitor.reset_password(token, NEW).status == 204


def test_a_used_link_and_its_siblings_set_nothing_more(
    bench: Bench, somebody: Person, visitor: Visitor, token: str
) -> None:
    visitor.forgot_password(somebody.email)
    sibling = mailed_token(bench.mailbox, somebody.email, RESET, count=2)
    visitor.reset_password(token, NEW)

    refused = [visitor.reset_password(each, "a-third-horse-again") for each in (token, sibling)]

    assert [(each.status, each.problem.slug) for each in refused] == [(410, "link-used")] * 2, refused[1].text
    assert visitor.log_in(email=somebody.email, password=NEW).status == 200


def test_a_change_of_the_password_voids_the_link(
    somebody: Person, enrolled: Member, visitor: Visitor, token: str
) -> None:
    enrolled.change_password(somebody.password, NEW)

    refused = visitor.reset_password(token, "a-third-horse-again")

    assert (refused.status, refused.problem.slug) == (410, "link-used"), refused.text


def test_no_more_than_three_links_go_out_in_an_hour_and_the_asker_is_not_told(
    bench: Bench, enrolled: Member, visitor: Visitor
) -> None:
    asked = [visitor.forgot_password(enrolled.email) for _ in range(5)]

    mails_at_rest(bench.database_url)
    assert {(reply.status, reply.text) for reply in asked} == {(202, asked[0].text)}
    assert len(bench.mailbox.messages(to=enrolled.email, subject=RESET)) == 3


def test_a_link_that_was_asked_for_while_no_worker_ran_comes_later_and_once(
    impatient: Bench, impatient_member: Member
) -> None:
    visitor = Visitor(impatient_member.transport)
    with without_worker(impatient):
        visitor.forgot_password(impatient_member.email)
        assert impatient.mailbox.messages(to=impatient_member.email, subject=RESET) == []

    token = mailed_token(impatient.mailbox, impatient_member.email, RESET)

    mails_at_rest(impatient.database_url)
    assert len(impatient.mailbox.messages(to=impatient_member.email, subject=RESET)) == 1
    assert visitor.reset_password(token, NEW).status == 204


def test_a_link_that_nobody_mailed_sets_nothing(visitor: Visitor) -> None:
    refused = visitor.reset_password("A" * 43, NEW)

    assert (refused.status, refused.problem.slug) == (404, "link-unknown"), refused.text
