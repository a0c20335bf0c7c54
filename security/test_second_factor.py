"""The second factor against who knows the password: codes replayed, guessed, used by a crowd, moved in the database."""

from collections.abc import Callable
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import psycopg
import pytest

from fixtures.bench import Bench
from fixtures.builders import Person, person
from fixtures.client import HttpxTransport, Visitor
from fixtures.together import at_once
from fixtures.two_factors import Guarded, guarded
from security.reader import Reader, is_turned_away
from security.traces import every_log_line, every_row, found_in

pytestmark = pytest.mark.proves("A15.10")

CROWD: Final = 20
FAILURES_OF_A_CHALLENGE: Final = 5
FAILURES_OF_AN_ACCOUNT: Final = 10


@pytest.fixture
def victim(bench: Bench, transport: HttpxTransport, somebody: Person) -> Guarded:
    return guarded(bench, transport, somebody)


@pytest.fixture
def another(bench: Bench, transport: HttpxTransport, request: pytest.FixtureRequest) -> Guarded:
    return guarded(bench, transport, person(bench.run_id, request.node.nodeid, "another"))


def test_a_code_that_was_used_opens_nothing_more(victim: Guarded) -> None:
    seen = victim.telephone.code()
    first = victim.enter(seen)

    replayed = victim.enter(seen)

    assert (first.status, replayed.status, replayed.problem.slug) == (200, 403, "wrong-code"), replayed.text


def test_a_code_from_before_the_last_one_opens_nothing(victim: Guarded) -> None:
    earlier = victim.telephone.code_off_by(0)
    victim.enter(victim.telephone.code())

    refused = victim.enter(earlier)

    assert (refused.status, refused.problem.slug) == (403, "wrong-code"), refused.text


def test_the_code_that_switched_it_on_opens_nothing(victim: Guarded) -> None:
    assert victim.enter(victim.telephone.code_off_by(0)).status == 403


def test_a_recovery_code_opens_once(victim: Guarded) -> None:
    first, again = victim.enter(victim.recovery_codes[0]), victim.enter(victim.recovery_codes[0])

    assert (first.status, again.status) == (200, 403), again.text


def test_five_wrong_codes_end_the_log_in_for_the_right_one_too(victim: Guarded) -> None:
    challenge = victim.challenge()
    answers = [
        victim.visitor.answer_challenge(challenge, victim.telephone.wrong_code())
        for _ in range(FAILURES_OF_A_CHALLENGE)
    ]

    right = victim.visitor.answer_challenge(challenge, victim.telephone.code())

    assert [each.status for each in answers] == [403] * FAILURES_OF_A_CHALLENGE
    assert (right.status, right.problem.slug) == (401, "challenge-ended"), right.text


def test_a_new_log_in_is_no_new_chance_to_guess_and_the_owner_is_told(bench: Bench, victim: Guarded) -> None:
    for _ in range(FAILURES_OF_AN_ACCOUNT):
        victim.enter(victim.telephone.wrong_code())

    right = [victim.enter(code) for code in (victim.telephone.code(), victim.recovery_codes[0])]

    assert [(each.status, each.problem.slug) for each in right] == [(429, "too-many-tries")] * 2, right[0].text
    assert 3500 < int(right[0].headers["retry-after"]) <= 3600
    assert victim.member.me().status == 200
    bench.mailbox.wait_for(to=victim.person.email, subject="trying codes", timeout_s=20)


def test_a_crowd_has_no_more_guesses_than_one(victim: Guarded) -> None:
    challenge = victim.challenge()
    wrong = victim.telephone.wrong_code()

    answers = at_once([partial(victim.visitor.answer_challenge, challenge, wrong)] * CROWD)

    judged = [each for each in answers if each.problem.slug == "wrong-code"]
    assert len(judged) == FAILURES_OF_A_CHALLENGE, [each.text for each in answers]
    assert victim.visitor.answer_challenge(challenge, victim.telephone.code()).status == 401


def test_of_a_crowd_with_one_recovery_code_one_gets_in(victim: Guarded) -> None:
    challenges = [victim.challenge() for _ in range(CROWD)]
    stolen = victim.recovery_codes[0]

    answers = at_once([partial(victim.visitor.answer_challenge, each, stolen) for each in challenges])

    statuses = [each.status for each in answers]
    assert statuses.count(200) == 1, statuses
    assert set(statuses) <= {200, 403, 429}, statuses
    assert len(victim.member.sessions().value.items) == 2
    assert victim.member.second_factor().value.recovery_codes_left == 9


def test_of_a_crowd_with_one_code_of_the_telephone_one_gets_in(victim: Guarded) -> None:
    challenges = [victim.challenge() for _ in range(CROWD)]
    seen = victim.telephone.code()

    answers = at_once([partial(victim.visitor.answer_challenge, each, seen) for each in challenges])

    assert [each.status for each in answers].count(200) == 1, [each.text for each in answers]
    assert len(victim.member.sessions().value.items) == 2


def test_a_challenge_that_is_answered_ten_times_at_once_uses_one_code_up(victim: Guarded) -> None:
    challenge = victim.challenge()

    answers = at_once([partial(victim.visitor.answer_challenge, challenge, code) for code in victim.recovery_codes])

    assert sorted(each.status for each in answers) == [200, *[401] * 9]
    assert victim.member.second_factor().value.recovery_codes_left == 9


def test_ones_own_code_opens_nobody_elses_account(victim: Guarded, another: Guarded) -> None:
    challenge = victim.challenge()

    answers = [
        victim.visitor.answer_challenge(challenge, code)
        for code in (another.telephone.code(), another.recovery_codes[0])
    ]

    assert [each.status for each in answers] == [403, 403], [each.text for each in answers]


def test_a_guessed_challenge_and_that_of_a_browser_open_nothing(bench: Bench, victim: Guarded) -> None:
    with Reader(bench.url) as browser:
        browser.submit("/login", {"email": victim.person.email, "password": victim.person.password})
        of_a_browser = browser.cookies()["challenge"]

    answers = [victim.visitor.answer_challenge(each, victim.telephone.code()) for each in ("A" * 43, of_a_browser)]

    assert [(each.status, each.problem.slug) for each in answers] == [(401, "challenge-ended")] * 2


def test_the_pages_let_nobody_in_between_the_two_steps(bench: Bench, victim: Guarded) -> None:
    with Reader(bench.url) as browser:
        asked = browser.submit("/login", {"email": victim.person.email, "password": victim.person.password})
        account = browser.get("/account")
        cookies = set(browser.cookies())

    assert asked.headers["location"].startswith("/login/second-factor"), asked.text
    assert is_turned_away(account)
    assert "session" not in cookies


def test_a_log_in_at_a_provider_asks_for_it_as_well(bench: Bench, victim: Guarded) -> None:
    subject = f"sub-{victim.person.email}"
    bench.oidc.add(subject, email=victim.person.email, email_verified=True, name=victim.person.name)
    with Reader(bench.url) as browser:
        callback = urlsplit(bench.oidc.approve(browser.get("/login/provider").headers["location"], subject))
        asked = browser.get(f"{callback.path}?{callback.query}")
        between = browser.get("/account")
        browser.submit("/login/second-factor", {"code": victim.telephone.code()})
        inside = browser.get("/account")

    assert asked.headers["location"].startswith("/login/second-factor"), asked.text
    assert is_turned_away(between)
    assert inside.status_code == 200, inside.text


def test_a_stolen_session_is_no_place_to_guess_the_password_from(victim: Guarded) -> None:
    guesses: list[Callable[[], int]] = [
        lambda: victim.member.change_password("a-guess-of-mine", "a-password-of-mine").status,
        lambda: victim.member.change_email("mallory@example.com", password="a-guess-of-mine").status,
    ]

    answers = [guess() for guess in guesses * (FAILURES_OF_AN_ACCOUNT // 2)]
    right = victim.member.disable_second_factor(victim.person.password, victim.telephone.code())

    assert answers == [403] * FAILURES_OF_AN_ACCOUNT
    assert (right.status, right.problem.slug) == (429, "too-many-tries"), right.text
    assert victim.first_step().status == 401, "the owner himself still gets in by the front door"


def test_no_table_and_no_log_holds_what_a_code_is_made_of(
    bench: Bench, transport: HttpxTransport, victim: Guarded, another: Guarded
) -> None:
    challenge = victim.challenge()
    victim.member.disable_second_factor(victim.person.password, victim.recovery_codes[0])
    secret = victim.member.set_up_second_factor(victim.person.password).value.secret
    secrets = [challenge, secret, *victim.recovery_codes, *another.recovery_codes]
    secrets += [code.replace("-", "") for code in victim.recovery_codes]

    assert Visitor(transport).live().ok
    assert found_in(every_row(bench), secrets) == []
    assert found_in(every_log_line(bench), secrets) == []


def test_a_secret_that_is_moved_to_another_account_opens_nothing_there(
    bench: Bench, victim: Guarded, another: Guarded
) -> None:
    move = """
        UPDATE second_factors SET sealed_secret = (SELECT sealed_secret FROM second_factors WHERE account_id = %s)
        WHERE account_id = %s
        """
    with psycopg.connect(bench.database_url) as connection:
        connection.execute(move, [another.member.account_id, victim.member.account_id])

    refused = victim.enter(another.telephone.code())

    assert (refused.status, refused.problem.slug) == (403, "wrong-code"), refused.text


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE second_factors SET last_step = last_step WHERE account_id = %s",
        "UPDATE second_factors SET last_step = last_step - 1 WHERE account_id = %s",
        "UPDATE recovery_codes SET used_at = NULL WHERE account_id = %s AND used_at IS NOT NULL",
        "UPDATE login_challenges SET failures = 0 WHERE account_id = %s AND closed_at IS NOT NULL",
    ],
    ids=["the-same-step", "an-earlier-step", "a-used-recovery-code", "an-answered-challenge"],
)
def test_the_database_itself_lets_nothing_be_used_twice(bench: Bench, victim: Guarded, change: str) -> None:
    victim.enter(victim.recovery_codes[0])

    with psycopg.connect(bench.database_url) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(change.encode(), [victim.member.account_id])
