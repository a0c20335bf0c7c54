"""What a browser carries while its person is at the provider: signed, short-lived, and good for one answer.

The state binds the provider's answer to this browser (RFC 9700, 4.7): whoever brings an answer without the cookie, or
with the cookie of another start, did not ask for it. The nonce and the proof key are made from the state and a key that
only the settings know, so that neither the browser nor a copy of the database holds them.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

import jwt

from system.settings import Settings

Purpose = Literal["log_in", "link"]
LIFE = timedelta(minutes=10)
"""Long enough to find a password, or a telephone, at the provider."""

_ALGORITHM = "HS256"
_AUDIENCE = "assay-oauth-ticket"
_CLAIMS = ["aud", "exp", "state", "purpose", "next"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """`next_path` is where to go afterwards; `account_id` is who asked to link, and None for a log-in."""

    state: str
    purpose: Purpose
    next_path: str
    account_id: str | None
    expires_at: datetime


def written(settings: Settings, ticket: Ticket) -> str:
    claims = {
        "aud": _AUDIENCE,
        "exp": int(ticket.expires_at.timestamp()),
        "state": ticket.state,
        "purpose": ticket.purpose,
        "next": ticket.next_path,
        "sub": ticket.account_id or "",
    }
    return jwt.encode(claims, _key(settings, "ticket"), algorithm=_ALGORITHM)


def read(settings: Settings, text: str) -> Ticket | None:
    """Return a ticket that we wrote, whatever its age; None for any other text."""
    try:
        claims = jwt.decode(
            text,
            _key(settings, "ticket"),
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            # Its age is judged by our clock.
            options={"require": _CLAIMS, "verify_exp": False},
        )
    except jwt.InvalidTokenError:
        return None
    purpose = claims["purpose"]
    assert purpose in get_args(Purpose), f"we signed a ticket for {purpose}"
    return Ticket(
        state=claims["state"],
        purpose=purpose,
        next_path=claims["next"],
        account_id=claims["sub"] or None,
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )


def nonce_of(settings: Settings, state: str) -> str:
    """Return what the ID token must carry: an answer to another start carries another one."""
    return _made(settings, "nonce", state)


def verifier_of(settings: Settings, state: str) -> str:
    """Return the proof key of RFC 7636: 43 characters that the provider sees when the code is traded, not before."""
    return _made(settings, "verifier", state)


def _made(settings: Settings, purpose: str, state: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(_key(settings, purpose), state.encode(), "sha256")).decode().rstrip("=")


def _key(settings: Settings, purpose: str) -> bytes:
    secret = settings.secret_key.get_secret_value()
    return hashlib.sha256(f"assay/oauth-{purpose}/{secret}".encode()).digest()
