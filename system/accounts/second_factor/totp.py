"""Codes of an authenticator (RFC 6238): six digits of HMAC-SHA1 over the time in steps of 30 s, as all apps have it."""

from datetime import datetime
from hmac import compare_digest

import pyotp

STEP_S = 30
DRIFT = 1
"""Steps that a code may be early or late: a clock that is off, and a person who types (RFC 6238, 5.2)."""

DIGITS = 6
ISSUER = "Lyceum"


def new_secret() -> str:
    """Return 160 random bits in base 32, as RFC 4226 recommends for SHA-1."""
    return pyotp.random_base32(32)


def uri(secret: str, email: str) -> str:
    """Return what an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def is_code(text: str) -> bool:
    return len(text) == DIGITS and text.isascii() and text.isdigit()


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step that the code is of, if it is near enough; the latest one if it is of several."""
    present = int(now.timestamp()) // STEP_S
    codes = pyotp.HOTP(secret)
    near = [step for step in range(present - DRIFT, present + DRIFT + 1) if compare_digest(codes.at(step), code)]
    return max(near, default=None)
