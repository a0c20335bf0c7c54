"""A member sees where he is logged in, and ends what he does not know."""

import pytest

from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.client import Auditor, Member, Visitor

pytestmark = pytest.mark.proves("A15.9")

NEVER = "ses_00000000000000000000000000"


@pytest.mark.proves("A15.1")
def test_signing_up_logging_in_renewing_and_logging_out_work(somebody: Person, visitor: Visitor) -> None:
    joined = visitor.sign_up(email=somebody.email, password=somebody.password, name=somebody.name)
    entered = visitor.log_in(email=somebody.email, password=somebody.password)
    member = Member(visitor.transport, entered.value)
    renewed, known = member.refresh(), member.me()
    left, after = member.log_out(), member.me()

    statuses = [joined.status, entered.status, renewed.status, known.status, left.status, after.status]
    assert statuses == [201, 200, 200, 200, 204, 401]


@pytest.mark.proves("A15.1")
def test_a_token_that_is_used_again_ends_its_family_alone_and_is_audited(
    bench: Bench, somebody: Person, enrolled: Member, visitor: Visitor, auditor: Auditor
) -> None:
    elsewhere = bench.as_member(somebody)
    [family] = [each for each in enrolled.sessions().value.items if each.current]
    old = enrolled.session.refresh_token
    enrolled.refresh()

    reused = visitor.refresh(old)

    assert (reused.status, enrolled.me().status, enrolled.refresh().status) == (401, 401, 401), reused.text
    assert elsewhere.me().status == 200
    actions = [row["action"] for row in auditor.audit_log() if row["object_id"] == family.session_id]
    assert actions == ["session.revoked_by_reuse"]


def test_sessions_are_listed_latest_first_with_the_one_that_asks(
    bench: Bench, somebody: Person, enrolled: Member
) -> None:
    elsewhere = bench.as_member(somebody)

    mine, theirs = enrolled.sessions().value.items, elsewhere.sessions().value.items

    assert [each.current for each in mine] == [False, True]
    assert [each.current for each in theirs] == [True, False]
    assert [each.session_id for each in mine] == [each.session_id for each in theirs]
    assert {(each.kind, each.device) for each in mine} == {("bearer", "python-httpx")}
    assert all(each.used_at >= each.created_at for each in mine)


def test_sessions_come_in_pages(bench: Bench, somebody: Person, enrolled: Member) -> None:
    for _ in range(3):
        bench.as_member(somebody)

    first = enrolled.sessions(limit=3).value
    rest = enrolled.sessions(limit=3, cursor=first.next_cursor).value

    assert (len(first.items), len(rest.items), rest.next_cursor) == (3, 1, None)
    assert [*first.items, *rest.items] == list(enrolled.sessions().value.items)


def test_a_session_that_was_ended_opens_nothing_and_is_listed_no_more(
    bench: Bench, somebody: Person, enrolled: Member, auditor: Auditor
) -> None:
    elsewhere = bench.as_member(somebody)
    [other] = [each for each in enrolled.sessions().value.items if not each.current]

    ended = enrolled.end_session(other.session_id)

    assert (ended.status, elsewhere.me().status, elsewhere.refresh().status) == (204, 401, 401), ended.text
    assert [each.current for each in enrolled.sessions().value.items] == [True]
    assert [row["action"] for row in auditor.audit_log() if row["object_id"] == other.session_id] == ["session.ended"]


def test_a_session_that_has_ended_and_one_that_never_was_are_not_found(
    bench: Bench, somebody: Person, enrolled: Member
) -> None:
    bench.as_member(somebody)
    [other] = [each for each in enrolled.sessions().value.items if not each.current]
    enrolled.end_session(other.session_id)

    again, never = enrolled.end_session(other.session_id), enrolled.end_session(NEVER)

    assert (again.status, never.status) == (404, 404), (again.text, never.text)
    assert again.problem.detail.replace(other.session_id, NEVER) == never.problem.detail


def test_the_session_that_asks_is_ended_by_logging_out(enrolled: Member) -> None:
    [own] = enrolled.sessions().value.items

    refused = enrolled.end_session(own.session_id)

    assert (refused.status, refused.problem.slug) == (409, "current-session"), refused.text
    assert enrolled.me().status == 200


def test_logging_out_everywhere_ends_every_session(
    bench: Bench, somebody: Person, enrolled: Member, auditor: Auditor
) -> None:
    elsewhere = [bench.as_member(somebody) for _ in range(2)]

    left = enrolled.log_out(everywhere=True)

    assert left.status == 204, left.text
    assert [each.refresh().status for each in (enrolled, *elsewhere)] == [401, 401, 401]
    [row] = [row for row in auditor.audit_log() if row["action"] == "account.logged_out_everywhere"
             and row["object_id"] == enrolled.account_id]  # fmt: skip
    assert row["details"] == {"other_sessions": 2}


def test_logging_out_ends_this_session_alone(bench: Bench, somebody: Person, enrolled: Member) -> None:
    elsewhere = bench.as_member(somebody)

    enrolled.log_out()

    assert (enrolled.me().status, elsewhere.me().status) == (401, 200)
