"""A second factor is switched on by the first code of an authenticator, and off by both factors."""

import pytest

from contract.at_rest import mails_at_rest
from contract.command import COMPLETE, run_system
from fixtures.authenticator import Authenticator
from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.client import Auditor, HttpxTransport, Member
from fixtures.two_factors import Guarded, confirmed, guarded

pytestmark = pytest.mark.proves("A15.10")


@pytest.fixture
def sure(bench: Bench, transport: HttpxTransport, somebody: Person) -> Member:
    """Somebody whose address is confirmed."""
    return confirmed(bench, transport, somebody)


@pytest.fixture
def careful(bench: Bench, transport: HttpxTransport, somebody: Person) -> Guarded:
    return guarded(bench, transport, somebody)


def test_the_first_code_switches_it_on_and_gives_ten_recovery_codes(
    bench: Bench, somebody: Person, sure: Member
) -> None:
    before = sure.second_factor().value
    made = sure.set_up_second_factor(somebody.password)
    waiting = sure.second_factor().value
    enabled = sure.enable_second_factor(Authenticator(made.value.secret, bench.clock.now).code())

    after = sure.second_factor().value
    assert (made.status, enabled.status) == (201, 200), (made.text, enabled.text)
    assert (before.enabled_at, waiting.enabled_at, after.enabled_at is not None) == (None, None, True)
    assert (len(set(enabled.value.recovery_codes)), after.recovery_codes_left) == (10, 10)


def test_what_is_set_up_and_not_switched_on_asks_for_nothing(bench: Bench, somebody: Person, sure: Member) -> None:
    sure.set_up_second_factor(somebody.password)

    assert bench.as_member(somebody).me().status == 200


def test_the_app_reads_the_secret_and_the_address(somebody: Person, sure: Member) -> None:
    made = sure.set_up_second_factor(somebody.password).value

    assert made.uri.startswith("otpauth://totp/Lyceum:")
    assert f"secret={made.secret}" in made.uri
    assert somebody.email.replace("@", "%40") in made.uri


def test_a_second_set_up_replaces_the_first(bench: Bench, somebody: Person, sure: Member) -> None:
    old = sure.set_up_second_factor(somebody.password).value.secret
    new = sure.set_up_second_factor(somebody.password).value.secret

    refused = sure.enable_second_factor(Authenticator(old, bench.clock.now).code())
    enabled = sure.enable_second_factor(Authenticator(new, bench.clock.now).code())

    assert (refused.status, refused.problem.slug, enabled.status) == (403, "wrong-code", 200), refused.text


def test_switching_on_ends_what_the_password_alone_has_opened(bench: Bench, somebody: Person, sure: Member) -> None:
    elsewhere = bench.as_member(somebody)
    secret = sure.set_up_second_factor(somebody.password).value.secret

    sure.enable_second_factor(Authenticator(secret, bench.clock.now).code())

    assert (sure.me().status, elsewhere.me().status, elsewhere.refresh().status) == (200, 401, 401)


def test_an_address_that_is_not_confirmed_sets_up_nothing(somebody: Person, enrolled: Member) -> None:
    refused = enrolled.set_up_second_factor(somebody.password)

    assert (refused.status, refused.problem.slug) == (403, "email-not-confirmed"), refused.text


def test_it_is_not_set_up_without_the_password(somebody: Person, sure: Member) -> None:
    refused = sure.set_up_second_factor(f"not-{somebody.password}")

    assert (refused.status, refused.problem.slug) == (403, "wrong-password"), refused.text


def test_it_is_not_switched_on_before_it_is_set_up(sure: Member) -> None:
    refused = sure.enable_second_factor("123456")

    assert (refused.status, refused.problem.slug) == (409, "second-factor-off"), refused.text


def test_it_is_not_set_up_anew_while_it_is_on(careful: Guarded) -> None:
    set_up = careful.member.set_up_second_factor(careful.person.password)
    enabled = careful.member.enable_second_factor(careful.telephone.code())

    assert (set_up.status, enabled.status) == (409, 409), (set_up.text, enabled.text)
    assert set_up.problem.slug == enabled.problem.slug == "second-factor-on"


def test_both_factors_switch_it_off(bench: Bench, careful: Guarded) -> None:
    off = careful.member.disable_second_factor(careful.person.password, careful.telephone.code())

    assert off.status == 204, off.text
    assert careful.member.second_factor().value.enabled_at is None
    assert bench.as_member(careful.person).me().status == 200


def test_a_recovery_code_switches_it_off_when_the_telephone_is_lost(careful: Guarded) -> None:
    off = careful.member.disable_second_factor(careful.person.password, careful.recovery_codes[0])

    assert off.status == 204, off.text


def test_one_factor_does_not_switch_it_off(careful: Guarded) -> None:
    no_password = careful.member.disable_second_factor("a-guess-of-mine", careful.telephone.code())
    no_code = careful.member.disable_second_factor(careful.person.password, careful.telephone.wrong_code())

    slugs = [each.problem.slug for each in (no_password, no_code)]
    assert slugs == ["wrong-password", "wrong-code"], (no_password.text, no_code.text)
    assert careful.member.second_factor().value.enabled_at is not None


def test_new_recovery_codes_void_the_old_ones(careful: Guarded) -> None:
    renewed = careful.member.renew_recovery_codes(careful.person.password, careful.telephone.code())

    assert renewed.status == 200, renewed.text
    assert not set(renewed.value.recovery_codes) & set(careful.recovery_codes)
    old, new = careful.recovery_codes, renewed.value.recovery_codes
    assert [careful.enter(codes[0]).status for codes in (old, new)] == [403, 200]


def test_it_cannot_be_switched_off_twice(careful: Guarded) -> None:
    careful.member.disable_second_factor(careful.person.password, careful.telephone.code())

    again = careful.member.disable_second_factor(careful.person.password, careful.recovery_codes[0])

    assert (again.status, again.problem.slug) == (409, "second-factor-off"), again.text


def test_the_operator_lets_in_who_has_lost_everything(bench: Bench, careful: Guarded, auditor: Auditor) -> None:
    settings = {**COMPLETE, "ASSAY_DATABASE_URL": bench.database_url}

    removed = run_system("remove-second-factor", "--email", careful.person.email.upper(), settings=settings)
    again = run_system("remove-second-factor", "--email", careful.person.email, settings=settings)

    assert (removed.code, again.code) == (0, 2), (removed.output, again.output)
    assert careful.member.me().status == 401
    assert bench.as_member(careful.person).second_factor().value.enabled_at is None
    bench.mailbox.wait_for(to=careful.person.email, subject="second factor is off", timeout_s=20)
    actors = [row["actor_id"] for row in auditor.audit_log() if row["action"] == "account.second_factor_removed"]
    assert actors[0] == "system:command"


def test_the_owner_is_told_and_the_log_knows(bench: Bench, careful: Guarded, auditor: Auditor) -> None:
    careful.member.disable_second_factor(careful.person.password, careful.recovery_codes[0])

    mails_at_rest(bench.database_url)
    subjects = [message.subject for message in bench.mailbox.messages(to=careful.person.email)]
    assert sorted(subjects) == ["Confirm your address", "Your second factor is off", "Your second factor is on"]
    actions = [row["action"] for row in auditor.audit_log() if row["object_id"] == careful.member.account_id]
    assert actions[:3] == [
        "account.second_factor_disabled",
        "account.second_factor_enabled",
        "account.second_factor_set_up",
    ]
