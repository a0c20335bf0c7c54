"""Half an hour of a link, an hour of a limit, the last use of a session: all by the system's own clock."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from fixtures.bench import Bench
from fixtures.builders import Person, person
from fixtures.client import HttpxTransport, Member, Visitor
from fixtures.links import CONFIRM, RESET, mailed_token

NEW = "another-horse-altogether"


@pytest.fixture(scope="module")
def movable() -> Iterator[Bench]:
    with Bench.start(clock="movable") as bench:
        yield bench


@pytest.fixture
def traveller(movable: Bench, request: pytest.FixtureRequest) -> Person:
    return person(movable.run_id, request.node.nodeid)


@pytest.fixture
def there(movable: Bench, traveller: Person) -> Iterator[Member]:
    """The traveller, signed up where the clock moves."""
    with HttpxTransport(movable.url) as transport:
        reply = Visitor(transport).sign_up(email=traveller.email, password=traveller.password, name=traveller.name)
        yield Member(transport, reply.value)


def test_a_link_to_confirm_is_dead_after_half_an_hour_and_a_new_one_works(movable: Bench, there: Member) -> None:
    visitor = Visitor(there.transport)
    token = mailed_token(movable.mailbox, there.email, CONFIRM)
    movable.clock.advance(timedelta(minutes=30))

    expired = visitor.confirm_email(token)
    there.refresh()
    there.resend_confirmation()
    confirmed = visitor.confirm_email(mailed_token(movable.mailbox, there.email, CONFIRM, count=2))

    assert (expired.status, expired.problem.slug) == (410, "link-expired"), expired.text
    assert "new one" in expired.problem.detail
    assert confirmed.status == 204, confirmed.text


def test_a_link_to_reset_is_dead_after_half_an_hour_and_changes_nothing(
    movable: Bench, traveller: Person, there: Member
) -> None:
    visitor = Visitor(there.transport)
    visitor.forgot_password(traveller.email)
    token = mailed_token(movable.mailbox, traveller.email, RESET)
    movable.clock.advance(timedelta(minutes=30))

    expired = visitor.reset_password(token, NEW)

    assert (expired.status, expired.problem.slug) == (410, "link-expired"), expired.text
    assert visitor.log_in(email=traveller.email, password=traveller.password).status == 200


def test_a_link_is_good_until_its_last_minute(movable: Bench, there: Member) -> None:
    token = mailed_token(movable.mailbox, there.email, CONFIRM)
    movable.clock.advance(timedelta(minutes=29))

    assert Visitor(there.transport).confirm_email(token).status == 204


def test_the_limit_on_mails_is_over_after_an_hour(movable: Bench, there: Member) -> None:
    asked = [there.resend_confirmation().status for _ in range(3)]
    movable.clock.advance(timedelta(hours=1))
    there.refresh()

    allowed = there.resend_confirmation()

    assert (asked, allowed.status) == ([202, 202, 429], 202), allowed.text


def test_a_session_shows_when_it_was_last_used(movable: Bench, there: Member) -> None:
    movable.clock.advance(timedelta(hours=2))
    there.refresh()

    [session] = there.sessions().value.items

    assert timedelta(hours=2) <= session.used_at - session.created_at < timedelta(hours=2, minutes=1)


def test_a_session_whose_days_are_over_is_listed_no_more(movable: Bench, traveller: Person, there: Member) -> None:
    movable.clock.advance(timedelta(days=31))
    fresh = Visitor(there.transport).log_in(email=traveller.email, password=traveller.password).value

    listed = Member(there.transport, fresh).sessions().value.items

    assert [each.current for each in listed] == [True]
