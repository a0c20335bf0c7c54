import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# Two at once: a flood of logins then costs 38 MiB and waits here, instead of taking every core from the payments.
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")

_NOBODY = _HASHER.hash("the password of nobody")
"""Compared with when the email is unknown, so that the answer takes as long as for a wrong password."""


async def hashed(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, hash_now, password)


async def matches(password: str, password_hash: str | None) -> bool:
    """Say whether the password is the hash's; None stands for an account that does not exist and costs the same."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _matches_now, password, password_hash)


def hash_now(password: str) -> str:
    return _HASHER.hash(password)


def _matches_now(password: str, password_hash: str | None) -> bool:
    try:
        _HASHER.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None
