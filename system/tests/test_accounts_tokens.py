from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from system.accounts.tokens import AccessClaims, access_token, read_access_token, signing_key
from system.kit.problems import AuthenticationRequired
from system.tests.examples import SETTINGS

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _token(now: datetime = NOW) -> str:
    return access_token(SETTINGS, account_id="usr_1", session_id="ses_1", role="student", now=now)


def _resigned(changes: Mapping[str, Any], *, key: str | bytes = signing_key(SETTINGS), algorithm: str = "HS256") -> str:
    options: Any = {"verify_signature": False}
    claims = {**jwt.decode(_token(), options=options), **changes}
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm=algorithm)


def test_access_token_says_who_it_was_made_for() -> None:
    claims = read_access_token(SETTINGS, _token(), now=NOW)

    assert claims == AccessClaims(account_id="usr_1", session_id="ses_1", role="student")


def test_access_token_lives_until_its_last_second_by_the_given_clock() -> None:
    token = _token()

    read_access_token(SETTINGS, token, now=NOW + timedelta(minutes=15, seconds=-1))
    with pytest.raises(AuthenticationRequired, match="expired"):
        read_access_token(SETTINGS, token, now=NOW + timedelta(minutes=15))


def test_two_tokens_of_one_session_differ() -> None:
    assert _token() != _token()


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="empty"),
        pytest.param("not.a.token", id="no-token"),
        pytest.param(_token() + "x", id="signature-changed"),
        pytest.param(_resigned({}, key=b"another key of thirty-two bytes!"), id="foreign-key"),
        pytest.param(_resigned({}, key="", algorithm="none"), id="algorithm-none"),
        pytest.param(_resigned({}, key=signing_key(SETTINGS) * 2, algorithm="HS512"), id="algorithm-other"),
        pytest.param(_resigned({"aud": "somebody-else"}), id="audience"),
        pytest.param(_resigned({"aud": None}), id="no-audience"),
        pytest.param(_resigned({"iss": "somebody-else"}), id="issuer"),
        pytest.param(_resigned({"exp": None}), id="no-expiry"),
        pytest.param(_resigned({"jti": None}), id="no-jti"),
        pytest.param(_resigned({"role": None}), id="no-role"),
        pytest.param(_resigned({"exp": int(NOW.timestamp()) + 86_400}), id="lives-a-day"),
        pytest.param(_resigned({"iat": int(NOW.timestamp()) + 600}), id="from-the-future"),
        pytest.param(_resigned({"exp": "never"}), id="expiry-is-a-word"),
        pytest.param(_resigned({"exp": True, "iat": True}), id="expiry-is-a-boolean"),
    ],
)
def test_token_is_refused_when_it_is_not_exactly_ours(token: str) -> None:
    with pytest.raises(AuthenticationRequired):
        read_access_token(SETTINGS, token, now=NOW)
