"""A right password asks for a code; the code opens the session."""

import pytest

from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.client import Auditor, HttpxTransport, Member
from fixtures.links import RESET, mailed_token
from fixtures.two_factors import Guarded, guarded

pytestmark = pytest.mark.proves("A15.10")

NEW = "another-horse-altogether"


@pytest.fixture
def careful(bench: Bench, transport: HttpxTransport, somebody: Person) -> Guarded:
    return guarded(bench, transport, somebody)


def test_a_right_password_opens_no_session_and_asks_for_a_code(careful: Guarded) -> None:
    asked = careful.first_step()

    assert (asked.status, asked.problem.slug) == (401, "second-factor-required"), asked.text
    assert (asked.problem.extras["expires_in_s"], len(asked.problem.extras["challenge_token"])) == (300, 43)
    assert "access_token" not in asked.text
    assert [each.current for each in careful.member.sessions().value.items] == [True]


def test_a_wrong_password_does_not_tell_that_there_is_a_second_factor(careful: Guarded) -> None:
    refused = careful.visitor.log_in(email=careful.person.email, password=NEW)

    assert (refused.status, refused.problem.slug) == (401, "invalid-credentials"), refused.text


def test_a_code_of_the_telephone_opens_the_session(careful: Guarded) -> None:
    entered = careful.enter(careful.telephone.code())

    assert entered.status == 200, entered.text
    assert Member(careful.member.transport, entered.value).me().value.email == careful.person.email


def test_a_recovery_code_opens_the_session_and_the_owner_is_told(bench: Bench, careful: Guarded) -> None:
    entered = careful.enter(f"  {careful.recovery_codes[3].upper().replace('-', ' ')} ")

    assert entered.status == 200, entered.text
    assert careful.member.second_factor().value.recovery_codes_left == 9
    told = bench.mailbox.wait_for(to=careful.person.email, subject="recovery code", timeout_s=20)
    assert "9 are left" in told.text


def test_a_wrong_code_opens_nothing_and_the_next_one_may_be_right(careful: Guarded) -> None:
    challenge = careful.challenge()

    wrong = careful.visitor.answer_challenge(challenge, careful.telephone.wrong_code())
    right = careful.visitor.answer_challenge(challenge, careful.telephone.code())

    assert (wrong.status, wrong.problem.slug, right.status) == (403, "wrong-code", 200), (wrong.text, right.text)


def test_a_challenge_opens_one_session(careful: Guarded) -> None:
    challenge = careful.challenge()
    careful.visitor.answer_challenge(challenge, careful.telephone.code())

    again = careful.visitor.answer_challenge(challenge, careful.recovery_codes[0])

    assert (again.status, again.problem.slug) == (401, "challenge-ended"), again.text
    assert careful.member.second_factor().value.recovery_codes_left == 10


def test_the_log_tells_what_the_session_was_opened_with(careful: Guarded, auditor: Auditor) -> None:
    careful.enter(careful.telephone.wrong_code())
    careful.enter(careful.recovery_codes[0])

    rows = [row for row in auditor.audit_log() if row["object_id"] == careful.member.account_id]
    assert [row["action"] for row in rows[:4]] == [
        "account.logged_in",
        "account.second_factor_asked",
        "account.second_factor_failed",
        "account.second_factor_asked",
    ]
    assert rows[0]["details"] == {"by": "password", "second_factor": "recovery_code"}


def test_a_new_password_by_a_mailed_link_is_still_no_second_factor(bench: Bench, careful: Guarded) -> None:
    waiting = careful.challenge()
    careful.visitor.forgot_password(careful.person.email)
    careful.visitor.reset_password(mailed_token(bench.mailbox, careful.person.email, RESET), NEW)

    entered = careful.visitor.log_in(email=careful.person.email, password=NEW)
    stale = careful.visitor.answer_challenge(waiting, careful.telephone.code())

    assert (entered.status, entered.problem.slug) == (401, "second-factor-required"), entered.text
    assert (stale.status, stale.problem.slug) == (401, "challenge-ended"), stale.text


def test_switching_it_off_ends_the_log_ins_that_wait(careful: Guarded) -> None:
    waiting = careful.challenge()
    careful.member.disable_second_factor(careful.person.password, careful.recovery_codes[0])

    stale = careful.visitor.answer_challenge(waiting, careful.recovery_codes[1])

    assert (stale.status, stale.problem.slug) == (401, "challenge-ended"), stale.text
