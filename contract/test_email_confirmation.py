"""An address is confirmed by a link that is mailed to it: once, in time, by whoever reads the mail."""

from collections.abc import Mapping

import psycopg
import pytest

from contract.at_rest import mails_at_rest
from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.client import Auditor, Item, Member, Visitor
from fixtures.links import CONFIRM, RESET, mailed_token

pytestmark = pytest.mark.proves("A15.7")


@pytest.fixture
def token(bench: Bench, enrolled: Member) -> str:
    """What the mail of the sign-up holds."""
    return mailed_token(bench.mailbox, enrolled.email, CONFIRM)


def test_the_link_of_the_sign_up_confirms_the_address(
    enrolled: Member, visitor: Visitor, auditor: Auditor, token: str
) -> None:
    before = enrolled.me().value.email_verified_at

    confirmed = visitor.confirm_email(token)

    assert (before, confirmed.status) == (None, 204), confirmed.text
    assert enrolled.me().value.email_verified_at is not None
    actions = [row["action"] for row in auditor.audit_log() if row["object_id"] == enrolled.account_id]
    assert actions == ["account.email_confirmed", "account.signed_up"]


def test_a_link_works_once_and_then_says_so(visitor: Visitor, token: str) -> None:
    visitor.confirm_email(token)

    again = visitor.confirm_email(token)

    assert (again.status, again.problem.slug) == (410, "link-used"), again.text


def test_an_address_that_is_not_confirmed_keeps_nobody_from_paying(
    enrolled: Member, catalogue: Mapping[str, Item]
) -> None:
    paid = enrolled.pay(catalogue["itm_tokens_100"], key="unconfirmed")

    assert paid.status == 201, paid.text
    assert enrolled.me().value.email_verified_at is None


def test_a_link_that_was_mailed_earlier_stays_good_and_voids_the_later_ones(
    bench: Bench, enrolled: Member, visitor: Visitor, token: str
) -> None:
    enrolled.resend_confirmation()
    later = mailed_token(bench.mailbox, enrolled.email, CONFIRM, count=2)

    first, second = visitor.confirm_email(token), visitor.confirm_email(later)

    assert (first.status, second.status) == (204, 410), second.text
    assert second.problem.slug == "link-used"


def test_no_more_than_three_mails_go_out_in_an_hour(bench: Bench, enrolled: Member) -> None:
    asked = [enrolled.resend_confirmation() for _ in range(4)]

    mails_at_rest(bench.database_url)
    assert [reply.status for reply in asked] == [202, 202, 429, 429], asked[-1].text
    assert len(bench.mailbox.messages(to=enrolled.email)) == 3
    assert asked[-1].problem.slug == "too-many-mails"
    assert 3500 < int(asked[-1].headers["retry-after"]) <= 3600


def test_a_confirmed_address_is_sent_nothing_more(enrolled: Member, visitor: Visitor, token: str) -> None:
    visitor.confirm_email(token)

    refused = enrolled.resend_confirmation()

    assert (refused.status, refused.problem.slug) == (409, "email-confirmed"), refused.text


def test_a_link_of_another_purpose_confirms_nothing(
    bench: Bench, somebody: Person, enrolled: Member, visitor: Visitor
) -> None:
    visitor.forgot_password(somebody.email)
    resetting = mailed_token(bench.mailbox, somebody.email, RESET)

    refused = visitor.confirm_email(resetting)

    assert (refused.status, refused.problem.slug) == (404, "link-unknown"), refused.text
    assert enrolled.me().value.email_verified_at is None


def test_the_database_itself_lets_no_link_be_used_twice(
    bench: Bench, enrolled: Member, visitor: Visitor, token: str
) -> None:
    visitor.confirm_email(token)
    reopen = "UPDATE mail_links SET closed_at = NULL, closed_because = NULL WHERE account_id = %s"

    with psycopg.connect(bench.database_url) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(reopen, [enrolled.account_id])
