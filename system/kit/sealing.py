"""Secrets that must be read again: AES-256-GCM under a key made for them from the settings' one (HKDF, RFC 5869)."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
_KEY_BYTES = 32


class BrokenSealError(Exception):
    """The sealed bytes were changed, moved to another place, or sealed under another key."""


def key_for(purpose: str, secret_key: str) -> bytes:
    """Return a key that opens what was sealed for one purpose and nothing else."""
    hkdf = HKDF(SHA256(), length=_KEY_BYTES, salt=None, info=f"assay/{purpose}".encode())
    return hkdf.derive(secret_key.encode())


def seal(key: bytes, plain: str, *, place: str) -> bytes:
    """Return the nonce and the ciphertext. `place` is where it is kept: it opens nowhere else."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain.encode(), place.encode())


def unseal(key: bytes, sealed: bytes, *, place: str) -> str:
    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, place.encode()).decode()
    except InvalidTag:
        raise BrokenSealError from None
