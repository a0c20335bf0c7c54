import pytest

from system.kit.sealing import BrokenSealError, key_for, seal, unseal

KEY = key_for("authenticator", "a secret key of the settings, long enough")


def test_what_was_sealed_is_read_again() -> None:
    assert unseal(KEY, seal(KEY, "JBSWY3DP", place="usr_1"), place="usr_1") == "JBSWY3DP"


def test_same_secret_is_sealed_differently_each_time() -> None:
    assert seal(KEY, "JBSWY3DP", place="usr_1") != seal(KEY, "JBSWY3DP", place="usr_1")


def test_sealed_secret_opens_at_its_own_place_alone() -> None:
    with pytest.raises(BrokenSealError):
        unseal(KEY, seal(KEY, "JBSWY3DP", place="usr_1"), place="usr_2")


@pytest.mark.parametrize("position", [0, 12, -1])
def test_sealed_secret_that_was_changed_opens_nothing(position: int) -> None:
    sealed = bytearray(seal(KEY, "JBSWY3DP", place="usr_1"))
    sealed[position] ^= 1

    with pytest.raises(BrokenSealError):
        unseal(KEY, bytes(sealed), place="usr_1")


@pytest.mark.parametrize(
    "other", [key_for("other", "a secret key of the settings, long enough"), key_for("authenticator", "another one")]
)
def test_key_of_another_purpose_or_secret_opens_nothing(other: bytes) -> None:
    with pytest.raises(BrokenSealError):
        unseal(other, seal(KEY, "JBSWY3DP", place="usr_1"), place="usr_1")
