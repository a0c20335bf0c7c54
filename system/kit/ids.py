import secrets
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_RANDOM_BITS = 82
_LENGTH_BITS = 130


def new_id(prefix: str, now: datetime) -> str:
    """Return `<prefix>_<26 characters>`: 48 bits of milliseconds, then 82 random bits, in Crockford's base 32.

    Ids of one kind sort by the time of their making, so that a page of them needs no second sort column and their
    index grows at one end. The prefixes are none of Stripe's, so that a log line cannot confuse ours with theirs.
    """
    milliseconds = int(now.timestamp() * 1000)
    number = (milliseconds << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    pairs = (_PAIRS[(number >> shift) & 1023] for shift in range(_LENGTH_BITS - 10, -1, -10))
    return f"{prefix}_{''.join(pairs)}"


def new_secret() -> str:
    """Return 256 random bits, URL-safe: session tokens, CSRF tokens."""
    return secrets.token_urlsafe(32)


def new_code(length: int) -> str:
    """Return so many random characters, five bits each, that a person can copy: none is taken for another."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_base62(length: int) -> str:
    """Return so many random letters and digits, of almost six bits each."""
    return "".join(secrets.choice(BASE62) for _ in range(length))


def jitter(seconds: float) -> float:
    """Return between half of a wait and all of it, so that those who failed together do not return together."""
    return seconds * (0.5 + secrets.randbelow(1000) / 2000)
