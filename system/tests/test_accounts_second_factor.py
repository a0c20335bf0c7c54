from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from system.accounts.second_factor import recovery_codes, totp

# RFC 6238, appendix B: the secret is the ASCII of 12345678901234567890; the last six of its eight digits.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
CODE = "0k1m-x0qd-93tv-hc5a"
AT = datetime.fromtimestamp(1111111109, UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_code_of_the_standard_is_of_its_step(seconds: int, code: str) -> None:
    assert totp.matching_step(SECRET, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@pytest.mark.parametrize(("late_s", "accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_code_is_good_one_step_early_and_one_step_late(late_s: int, accepted: bool) -> None:  # noqa: FBT001 - a column of the table
    step = totp.matching_step(SECRET, "081804", AT + timedelta(seconds=late_s))

    assert (step == 1111111109 // 30) is accepted


def test_code_of_another_secret_is_of_no_step() -> None:
    assert totp.matching_step(totp.new_secret(), "081804", AT) is None


@pytest.mark.parametrize("text", ["", "12345", "1234567", "12345a", "\uff11" * 6, "12 456", "-12345"])
def test_only_six_digits_are_a_code(text: str) -> None:
    assert not totp.is_code(text)


def test_secret_has_160_bits_and_is_no_other() -> None:
    assert len(totp.new_secret()) == 32
    assert totp.new_secret() != totp.new_secret()


def test_app_reads_who_it_is_for() -> None:
    address = urlsplit(totp.uri(SECRET, "ada+study@example.com"))

    assert (address.scheme, address.netloc, address.path) == ("otpauth", "totp", "/Lyceum:ada%2Bstudy%40example.com")
    assert parse_qs(address.query) == {"secret": [SECRET], "issuer": ["Lyceum"]}


def test_ten_recovery_codes_are_made_and_none_is_another() -> None:
    codes = recovery_codes.new_codes()

    assert len(set(codes)) == recovery_codes.NUMBER == 10
    assert all(len(code) == 19 and code.count("-") == 3 for code in codes), codes


@pytest.mark.parametrize("typed", [CODE, "OK1M X0QD 93TV HC5A", "okimxoqd93tvhc5a", " 0klm.x0qd.93tv.hc5a "])
def test_recovery_code_is_read_as_a_person_types_it(typed: str) -> None:
    assert recovery_codes.hashed("usr_1", typed) == recovery_codes.hashed("usr_1", CODE)


def test_recovery_code_of_one_account_is_another_hash_for_another() -> None:
    assert recovery_codes.hashed("usr_1", CODE) != recovery_codes.hashed("usr_2", CODE)
