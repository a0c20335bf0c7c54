from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt as pyjwt
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OctKey, RSAKey

from system.oidc.id_token import ALGORITHMS, Expected, UnknownKeyError, verified
from system.oidc.models import Claims, IdTokenRefusedError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})
KEYS = KeySet([KEY])
EXPECTED = Expected("https://id.example.com", "shop", nonce="n-1", access_token=None)
CLAIMS: dict[str, Any] = {
    "iss": "https://id.example.com",
    "aud": "shop",
    "sub": "7f3a",
    "nonce": "n-1",
    "iat": SECONDS,
    "exp": SECONDS + 300,
    "email": "ada@example.com",
    "email_verified": True,
    "name": "Ada",
}


def _token(changes: Mapping[str, Any] = {}, *, key: Key = KEY, algorithm: str = "RS256", kid: str = "one") -> str:
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": kid}, claims, key, algorithms=[algorithm])


def _verified(token: str, *, keys: KeySet = KEYS, now: datetime = NOW, expected: Expected = EXPECTED) -> Claims:
    return verified(token, keys, ALGORITHMS, expected, now)


def test_a_token_says_who_it_is() -> None:
    assert _verified(_token()) == Claims("https://id.example.com", "7f3a", "ada@example.com", True, "Ada")  # noqa: FBT003 - the field


def test_a_token_is_good_until_a_minute_after_its_end_by_the_given_clock() -> None:
    _verified(_token(), now=NOW + timedelta(seconds=359))
    with pytest.raises(IdTokenRefusedError, match="Expired"):
        _verified(_token(), now=NOW + timedelta(seconds=361))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://id.example.com/"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["shop", "another"]},
        {"aud": ["shop", "another"], "azp": "another"},
        {"azp": "another"},
        {"nonce": "n-2"},
        {"nonce": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": SECONDS + 3600},
        {"nbf": SECONDS + 3600},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "line\nbreak"},
    ],
    ids=str,
)
def test_a_token_that_disagrees_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(IdTokenRefusedError):
        _verified(_token(changes))


def test_several_audiences_are_taken_when_the_token_says_that_it_was_made_for_us() -> None:
    assert _verified(_token({"aud": ["shop", "another"], "azp": "shop"})).subject == "7f3a"


def test_no_signature_at_all_is_none() -> None:
    with pytest.raises(IdTokenRefusedError, match="not allowed"):
        _verified(pyjwt.encode(CLAIMS, "", algorithm="none", headers={"kid": "one"}))


def test_a_signature_that_we_could_have_made_is_none() -> None:
    secret = OctKey.import_key("a-secret-that-both-sides-know-0123456789")

    with pytest.raises(IdTokenRefusedError, match="not allowed"):
        _verified(_token(key=secret, algorithm="HS256"), keys=KeySet([KEY, secret]))


def test_a_key_of_another_kind_than_the_header_says_proves_nothing() -> None:
    curve = ECKey.generate_key("P-256", parameters={"kid": "one"})

    with pytest.raises(IdTokenRefusedError):
        _verified(_token(key=curve, algorithm="ES256"))


def test_an_algorithm_that_the_provider_does_not_announce_is_refused() -> None:
    with pytest.raises(IdTokenRefusedError):
        verified(_token(), KEYS, ("ES256",), EXPECTED, NOW)


def test_an_unknown_key_is_told_apart_since_the_provider_may_have_a_new_one() -> None:
    with pytest.raises(UnknownKeyError):
        _verified(_token(kid="two"))


def test_garbage_is_refused() -> None:
    for garbage in ("", "a.b.c", "no-dots", _token()[:-8], "\x00"):
        with pytest.raises(IdTokenRefusedError):
            _verified(garbage)


def test_only_true_is_a_proven_address() -> None:
    told = [_verified(_token({"email_verified": value})).email_verified for value in (True, "true", 1, None)]

    assert told == [True, False, False, False]
