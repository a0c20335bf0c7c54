import re

import pytest

from system.accounts.api_keys.tokens import checksum, hint_of, is_well_formed, looks_like_key, new_key


def test_a_key_tells_its_world_and_proves_its_form() -> None:
    live, test = new_key(live=True), new_key(live=False)

    assert re.fullmatch(r"ask_live_[0-9A-Za-z]{36}", live)
    assert re.fullmatch(r"ask_test_[0-9A-Za-z]{36}", test)
    assert is_well_formed(live)
    assert is_well_formed(test)
    assert live[9:] != test[9:]
    assert hint_of(live) == live[:13]


def test_the_checksum_is_the_crc_32_in_base_62() -> None:
    # CRC-32 of "123456789" is 0xCBF43926, the algorithm's published check value: 3,421,780,262.
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    number = 0
    for digit in checksum("123456789"):
        number = number * 62 + digits.index(digit)

    assert number == 0xCBF43926
    assert checksum("") == "000000"


@pytest.mark.parametrize("spoil", [
    lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
    lambda key: key[:12] + ("A" if key[12] != "A" else "B") + key[13:],
    lambda key: key.replace("live", "test"),
    lambda key: key[:-1],
    lambda key: key + "0",
    lambda key: key.replace("ask_live_", "ask_prod_"),
    lambda key: key[:-6] + "é" * 6,
])  # fmt: skip
def test_a_key_that_was_mistyped_is_known_without_asking(spoil: object) -> None:
    assert callable(spoil)

    assert not is_well_formed(spoil(new_key(live=True)))


def test_what_is_meant_as_a_key_is_told_from_an_access_token() -> None:
    assert looks_like_key("ask_live_")
    assert not looks_like_key("eyJhbGciOiJIUzI1NiJ9.e30.x")
