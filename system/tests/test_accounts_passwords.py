import asyncio

from system.accounts import passwords


def test_stored_password_is_argon2id_with_the_advised_cost() -> None:
    assert passwords.hash_now("correct horse battery").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_password_matches_only_its_own_hash() -> None:
    stored = passwords.hash_now("correct horse battery")

    assert asyncio.run(passwords.matches("correct horse battery", stored))
    assert not asyncio.run(passwords.matches("correct horse battery ", stored))


def test_nobodys_password_matches_nothing() -> None:
    assert not asyncio.run(passwords.matches("the password of nobody", None))


def test_damaged_hash_matches_nothing() -> None:
    assert not asyncio.run(passwords.matches("correct horse battery", "plain text"))
