"""Whether an ID token proves a person to us: OpenID Connect Core 3.1.3.7, by our clock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from system.oidc.models import Claims, IdTokenRefusedError

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures by the provider's private key and nothing else: never `none`, and never a secret that we hold as well."""

_SKEW_S = 60
_SUBJECT_MAX = 255
"""OpenID Core, section 2: a subject has no more ASCII characters."""


class UnknownKeyError(IdTokenRefusedError):
    """The token names a key that we have not seen: the provider may have a new one."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token must agree with; `access_token` is what it may name the hash of."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str | None


def verified(id_token: str, keys: KeySet, algorithms: Collection[str], expected: Expected, now: datetime) -> Claims:
    """Return what the token says, or IdTokenRefusedError."""
    registry = JWSRegistry(algorithms=[each for each in ALGORITHMS if each in algorithms], strict_check_header=False)
    try:
        token = jwt.decode(id_token, keys, registry=registry)
        options = {
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
            "nonce": {"essential": True, "value": expected.nonce},
        }
        params = {"client_id": expected.client_id, "nonce": expected.nonce, "access_token": expected.access_token}
        claims = CodeIDToken(token.claims, token.header, options, params)
        claims.validate(now=int(now.timestamp()), leeway=_SKEW_S)
    except InvalidKeyIdError as unknown:
        raise UnknownKeyError(str(unknown)) from None
    except (JoseError, ValueError, TypeError) as refused:
        raise IdTokenRefusedError(f"{type(refused).__name__}: {refused}") from None
    return _claims(claims)


def _claims(claims: dict[str, Any]) -> Claims:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= _SUBJECT_MAX or not subject.isprintable():
        raise IdTokenRefusedError("the subject is no text of 1 to 255 printable characters")
    return Claims(
        issuer=str(claims["iss"]),
        subject=subject,
        email=_text(claims.get("email")),
        # Nothing but the JSON value true is a promise; a text that says so is none.
        email_verified=claims.get("email_verified") is True,
        name=_text(claims.get("name")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
