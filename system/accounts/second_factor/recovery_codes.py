"""Ten codes for who has lost the authenticator: 80 random bits each, so that a fast hash of one is no weakness."""

import hashlib

from system.kit.ids import new_code

NUMBER = 10
_LETTERS = 16
_GROUP = 4

# Crockford's base 32 has none of these letters: they are read as what they look like.
_MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1"})


def new_codes() -> list[str]:
    """Return codes as they are shown: `7k2m-x0qd-93tv-hc5a`."""
    return [_grouped(new_code(_LETTERS)) for _ in range(NUMBER)]


def hashed(account_id: str, code: str) -> bytes:
    """Return what is stored of a code, however a person has typed it. The account is its salt."""
    return hashlib.sha256(f"assay/recovery-code/{account_id}/{_plain(code)}".encode()).digest()


def _grouped(code: str) -> str:
    return "-".join(code[start : start + _GROUP] for start in range(0, _LETTERS, _GROUP))


def _plain(code: str) -> str:
    return "".join(letter for letter in code.lower() if letter.isalnum()).translate(_MISREAD)
