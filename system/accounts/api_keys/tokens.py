"""The form of an API key: a prefix that secret scanners look for, 178 random bits, and a checksum.

As GitHub makes its own (github.blog, "Behind GitHub's new authentication token formats"): the prefix tells whose key it
is and of which world, the checksum tells a key from a text that looks like one without asking anybody, and with base 62
a double click selects it whole.
"""

import zlib

from system.kit.ids import BASE62, new_base62

_FAMILY = "ask_"
_LIVE, _TEST = f"{_FAMILY}live_", f"{_FAMILY}test_"
_RANDOM_LENGTH = 30
_CHECKSUM_LENGTH = 6
_HINT_LENGTH = 13


def new_key(*, live: bool) -> str:
    unchecked = (_LIVE if live else _TEST) + new_base62(_RANDOM_LENGTH)
    return unchecked + checksum(unchecked)


def checksum(text: str) -> str:
    """Return the CRC-32 of a text in base 62, most significant digit first."""
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(BASE62))
        digits = BASE62[digit] + digits
    return digits


def looks_like_key(text: str) -> bool:
    """Say whether somebody means a key by this, well-formed or not."""
    return text.startswith(_FAMILY)


def is_well_formed(text: str) -> bool:
    prefix = next((each for each in (_LIVE, _TEST) if text.startswith(each)), None)
    if prefix is None or len(text) != len(prefix) + _RANDOM_LENGTH + _CHECKSUM_LENGTH or not text.isascii():
        return False
    return text[-_CHECKSUM_LENGTH:] == checksum(text[:-_CHECKSUM_LENGTH])


def hint_of(key: str) -> str:
    """Return the part of a key that may be shown: its prefix and the first four characters."""
    return key[:_HINT_LENGTH]
