"""Is this event Stripe's? Judged on the raw bytes, before anything reads them (docs.stripe.com/webhooks/signature)."""

import hmac
import re
from datetime import datetime

TOLERANCE_S = 300
_PAIR = re.compile(r"([A-Za-z0-9_]+)=([^=]+)")
_STAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


class ForgedError(Exception):
    """The body cannot be trusted; the text says why, for us and not for whoever sent it."""


def verify(body: bytes, header: str, secret: str, now: datetime) -> None:
    """Return if one of the header's v1 signatures is the secret's over its stamp and the body; else ForgedError.

    Stripe's own verifier accepts stamps of the future and an empty secret; this one does not.
    """
    if not secret:
        raise ForgedError("there is no secret to verify with")
    stamp, signatures = _parse(header)
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_S:
        raise ForgedError("the stamp is too old or of the future")
    expected = hmac.digest(secret.encode(), stamp.encode() + b"." + body, "sha256").hex()
    # All are compared, each in constant time: where a match is found tells nothing.
    matches = [hmac.compare_digest(expected, signature) for signature in signatures]
    if not any(matches):
        raise ForgedError("no signature matches")


def _parse(header: str) -> tuple[str, list[str]]:
    pairs = [_PAIR.fullmatch(part.strip()) for part in header.split(",")]
    named = [(pair[1], pair[2]) for pair in pairs if pair]
    if len(named) != len(pairs):
        raise ForgedError("the header is malformed")
    stamps = [value for name, value in named if name == "t"]
    signatures = [value for name, value in named if name == "v1" and _SIGNATURE.fullmatch(value)]
    if len(stamps) != 1 or not _STAMP.fullmatch(stamps[0]):
        raise ForgedError("the header has not exactly one stamp")
    if not signatures:
        raise ForgedError("the header has no v1 signature")
    return stamps[0], signatures
