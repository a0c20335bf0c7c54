"""Somebody else's sessions, and one's own token at the same instant."""

from collections.abc import Callable
from functools import partial

import pytest

from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.client import Member, Visitor
from fixtures.together import at_once
from security.reader import Reader

pytestmark = pytest.mark.proves("A15.9")


@pytest.fixture
def victims_session(enrolled: Member) -> str:
    [session] = enrolled.sessions().value.items
    return session.session_id


@pytest.mark.proves("B3.2")
def test_a_strangers_session_is_neither_listed_nor_ended(
    enrolled: Member, member: Member, visitor: Visitor, victims_session: str
) -> None:
    refused, nobody = (
        member.end_session(victims_session),
        visitor.transport.send("DELETE", f"/api/accounts/sessions/{victims_session}"),
    )

    assert (refused.status, nobody.status) == (404, 401), refused.text
    assert victims_session not in {each.session_id for each in member.sessions().value.items}
    assert enrolled.me().status == 200


@pytest.mark.proves("B3.2")
def test_a_strangers_session_is_not_ended_by_the_page(
    enrolled: Member, victims_session: str, new_reader: Callable[[str | None], Reader]
) -> None:
    answer = new_reader("student").submit(f"/account/sessions/{victims_session}/end", {})

    assert answer.status_code == 404, answer.text
    assert enrolled.me().status == 200


def test_a_refresh_token_that_is_sent_twice_at_the_same_instant_ends_its_family(
    somebody: Person, enrolled: Member, visitor: Visitor
) -> None:
    answers = at_once([partial(visitor.refresh, enrolled.session.refresh_token)] * 4)

    granted = [Member(visitor.transport, each.value) for each in answers if each.ok]
    assert sorted(each.status for each in answers) == [200, 401, 401, 401]
    assert [each.me().status for each in granted] == [401]
    assert [each.refresh().status for each in granted] == [401]
    assert visitor.log_in(email=somebody.email, password=somebody.password).status == 200


def test_logging_out_everywhere_needs_more_than_an_access_token(
    bench: Bench, somebody: Person, enrolled: Member
) -> None:
    elsewhere = bench.as_member(somebody)

    refused = enrolled.send("POST", "/api/accounts/logout", json={"refresh_token": "guessed", "everywhere": True})

    assert refused.status == 401, refused.describe()
    assert (enrolled.me().status, elsewhere.me().status) == (200, 200)


def test_a_browser_is_ended_from_a_program(bench: Bench, somebody: Person, enrolled: Member) -> None:
    with Reader(bench.url) as browser:
        browser.log_in(somebody.email, somebody.password)
        [other] = [each for each in enrolled.sessions().value.items if each.kind == "cookie"]

        enrolled.end_session(other.session_id)

        assert browser.get("/account").status_code == 303
    assert enrolled.me().status == 200


def test_a_page_shows_no_secret_of_a_session(bench: Bench, somebody: Person, enrolled: Member) -> None:
    with Reader(bench.url) as browser:
        browser.log_in(somebody.email, somebody.password)
        page = browser.get("/account").text
        cookie = browser.cookies()["session"]

    assert somebody.email in page
    assert [each for each in (cookie, enrolled.session.refresh_token) if each in page] == []
