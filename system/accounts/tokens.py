"""The two kinds of token: a short-lived signed one that says who asks, and a secret one that renews it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import jwt

from system.accounts.models import Role
from system.kit.ids import new_id
from system.kit.problems import AuthenticationRequired
from system.settings import Settings

_ALGORITHM = "HS256"
_ISSUER = "assay"
_AUDIENCE = "assay-api"
_LIFE_MAX = timedelta(minutes=15)
_SKEW = timedelta(seconds=60)
_CLAIMS = ["iss", "aud", "sub", "sid", "jti", "role", "iat", "exp"]


@dataclass(frozen=True, slots=True)
class AccessClaims:
    account_id: str
    session_id: str
    role: str


def signing_key(settings: Settings) -> bytes:
    """A key of its own for this purpose, so that a signature made for another never passes here."""
    return hashlib.sha256(b"assay/access-token/" + settings.secret_key.get_secret_value().encode()).digest()


def digest(token: str) -> bytes:
    """What is stored of a secret token. It has 256 random bits, so that a fast hash is no weakness."""
    return hashlib.sha256(token.encode()).digest()


def access_token(settings: Settings, *, account_id: str, session_id: str, role: Role, now: datetime) -> str:
    issued_at = int(now.timestamp())
    claims = {
        "iss": _ISSUER,
        "aud": _AUDIENCE,
        "sub": account_id,
        "sid": session_id,
        "jti": new_id("tok", now),
        "role": role,
        "iat": issued_at,
        "exp": issued_at + settings.access_token_minutes * 60,
    }
    return jwt.encode(claims, signing_key(settings), algorithm=_ALGORITHM)


def read_access_token(settings: Settings, token: str, *, now: datetime) -> AccessClaims:
    """Return what a token says, or AuthenticationRequired. Its times are judged by our clock, not by the library's."""
    claims = _verified(signing_key(settings), token)
    if not _within_its_life(claims["iat"], claims["exp"], now):
        raise AuthenticationRequired("This access token has expired; trade your refresh token for a new one.")
    return AccessClaims(account_id=str(claims["sub"]), session_id=str(claims["sid"]), role=str(claims["role"]))


@lru_cache(maxsize=4096)
def _verified(key: bytes, token: str) -> Mapping[str, Any]:
    """Return the claims of a token that we signed.

    That never changes, so that the last ones are remembered; its time and its session are asked with every request.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            issuer=_ISSUER,
            audience=_AUDIENCE,
            options={"require": _CLAIMS, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except jwt.InvalidTokenError:
        raise AuthenticationRequired("This access token is not one of ours; log in again.") from None
    return MappingProxyType(claims)


def _within_its_life(issued_at: object, expires_at: object, now: datetime) -> bool:
    if type(issued_at) is not int or type(expires_at) is not int:
        return False
    seconds = now.timestamp()
    lives_short = expires_at - issued_at <= _LIFE_MAX.total_seconds()
    return lives_short and issued_at - _SKEW.total_seconds() <= seconds < expires_at
