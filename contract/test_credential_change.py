"""The password and the address are changed by who knows the present password; the owner hears of it."""

from collections.abc import Callable

import pytest

from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.client import Auditor, Member, Visitor
from fixtures.links import mailed_token

pytestmark = pytest.mark.proves("A15.7", "A15.9")

NEW = "another-horse-altogether"
NEW_ADDRESS = "new address"


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(
    bench: Bench, somebody: Person, enrolled: Member, visitor: Visitor
) -> None:
    elsewhere = bench.as_member(somebody)

    changed = enrolled.change_password(somebody.password, NEW)

    assert changed.status == 204, changed.text
    assert (enrolled.me().status, enrolled.refresh().status, elsewhere.refresh().status) == (200, 200, 401)
    entered = [visitor.log_in(email=somebody.email, password=each).status for each in (somebody.password, NEW)]
    assert entered == [401, 200]


def test_a_new_password_is_told_and_audited(bench: Bench, somebody: Person, enrolled: Member, auditor: Auditor) -> None:
    enrolled.change_password(somebody.password, NEW)

    assert "changed on" in bench.mailbox.wait_for(to=somebody.email, subject="password was changed", timeout_s=20).text
    actions = [row["action"] for row in auditor.audit_log() if row["object_id"] == enrolled.account_id]
    assert actions == ["account.password_changed", "account.signed_up"]


def test_a_password_is_not_changed_without_the_present_one(
    somebody: Person, enrolled: Member, visitor: Visitor
) -> None:
    refused = enrolled.change_password(NEW, NEW)

    assert (refused.status, refused.problem.slug) == (403, "wrong-password"), refused.text
    assert visitor.log_in(email=somebody.email, password=somebody.password).status == 200


def test_an_address_changes_when_the_link_to_the_new_one_is_used(
    bench: Bench, somebody: Person, enrolled: Member, visitor: Visitor, auditor: Auditor
) -> None:
    new = f"moved-{somebody.email}"
    asked = enrolled.change_email(new.upper(), password=somebody.password)
    token = mailed_token(bench.mailbox, new, NEW_ADDRESS)
    before = enrolled.me().value.email

    confirmed = visitor.confirm_email(token)

    account = enrolled.me().value
    assert (asked.status, before, confirmed.status) == (202, somebody.email, 204), (asked.text, confirmed.text)
    assert (account.email, account.email_verified_at is not None) == (new, True)
    assert new in bench.mailbox.wait_for(to=somebody.email, subject="address was changed", timeout_s=20).text
    actions = [row["action"] for row in auditor.audit_log() if row["object_id"] == enrolled.account_id]
    assert actions == ["account.email_changed", "account.email_change_asked", "account.signed_up"]


def test_what_was_mailed_to_the_old_address_opens_nothing_after_the_change(
    bench: Bench, somebody: Person, enrolled: Member, visitor: Visitor
) -> None:
    visitor.forgot_password(somebody.email)
    resetting = mailed_token(bench.mailbox, somebody.email, "set a new password")
    new = f"moved-{somebody.email}"
    enrolled.change_email(new, password=somebody.password)
    visitor.confirm_email(mailed_token(bench.mailbox, new, NEW_ADDRESS))

    refused = visitor.reset_password(resetting, NEW)

    assert (refused.status, refused.problem.slug) == (410, "link-used"), refused.text


def test_an_address_is_not_changed_without_the_password(somebody: Person, enrolled: Member) -> None:
    refused = enrolled.change_email(f"moved-{somebody.email}", password=NEW)

    assert (refused.status, refused.problem.slug) == (403, "wrong-password"), refused.text


def test_an_address_that_has_an_account_is_refused(
    somebody: Person, enrolled: Member, new_member: Callable[[], Member]
) -> None:
    refused = enrolled.change_email(new_member().email, password=somebody.password)

    assert (refused.status, refused.problem.slug) == (409, "email-taken"), refused.text


def test_an_address_that_was_taken_since_the_mail_is_refused_and_nothing_changes(
    bench: Bench, somebody: Person, enrolled: Member, visitor: Visitor
) -> None:
    new = f"moved-{somebody.email}"
    enrolled.change_email(new, password=somebody.password)
    token = mailed_token(bench.mailbox, new, NEW_ADDRESS)
    visitor.sign_up(email=new, password=NEW, name="Somebody else")

    refused = visitor.confirm_email(token)

    assert (refused.status, refused.problem.slug) == (409, "email-taken"), refused.text
    assert enrolled.me().value.email == somebody.email


def test_the_address_that_one_has_is_no_new_one(somebody: Person, enrolled: Member) -> None:
    refused = enrolled.change_email(somebody.email, password=somebody.password)

    assert refused.status == 422, refused.text
    assert refused.problem.message_for("body.email")
