"""How often somebody may be wrong: codes at the log-in, and the present password of who is inside already.

Counted for each account, not for each address that asks: whoever guesses has many addresses. With thirty codes a day,
three of a million being right at a time, who knows the password guesses one within a year with a chance of one in
thirty; and the owner is told on the first day.
"""

from datetime import datetime, timedelta
from typing import Literal

from system.accounts import try_repository
from system.accounts.problems import TooManyTries
from system.kit.db import Connection
from system.kit.pacing import Limits, longest, next_allowed_at

What = Literal["password", "code"]
LIMITS: Limits = ((10, timedelta(hours=1)), (30, timedelta(days=1)))


async def refuse_beyond_limit(conn: Connection, account_id: str, what: What, now: datetime) -> None:
    """Raise TooManyTries, whether this try is right or not. The caller holds the account's row: the count is true."""
    failed = await try_repository.failed_since(conn, account_id, what, now - longest(LIMITS))
    allowed_at = next_allowed_at(LIMITS, failed, now)
    if allowed_at is not None:
        raise TooManyTries(allowed_at, now)


async def note_failure(conn: Connection, account_id: str, what: What, now: datetime) -> bool:
    """Count a wrong try; return whether it was the last one for a while."""
    await try_repository.forget(conn, account_id, what, now - longest(LIMITS))
    await try_repository.insert(conn, account_id, what, now)
    failed = await try_repository.failed_since(conn, account_id, what, now - longest(LIMITS))
    return next_allowed_at(LIMITS, failed, now) is not None
