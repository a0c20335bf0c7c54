"""Log-ins that wait for a code: five minutes, five wrong codes, one session.

The token stands for the first factor, so that it is as secret as a session's: 256 random bits, stored as a hash, and
void as soon as the password or the second factor is changed.
"""

from datetime import datetime, timedelta

from system.accounts import mails, repository, tries
from system.accounts.models import Account, SessionKind
from system.accounts.second_factor import challenge_repository
from system.accounts.second_factor.models import Challenge, FirstFactor, IssuedChallenge
from system.accounts.second_factor.problems import ChallengeEnded
from system.accounts.tokens import digest
from system.kit.db import Connection
from system.kit.ids import new_id, new_secret

LIFE = timedelta(minutes=5)
FAILURES_MAX = 5

_KEPT = timedelta(days=1)


async def issue(
    conn: Connection, account: Account, kind: SessionKind, now: datetime, *, by: FirstFactor
) -> IssuedChallenge:
    token = new_secret()
    challenge = Challenge(
        new_id("chl", now), account.account_id, kind, by, expires_at=now + LIFE, failures=0, closed_at=None
    )
    await challenge_repository.forget(conn, account.account_id, now - _KEPT)
    await challenge_repository.insert(conn, challenge, digest(token), now)
    return IssuedChallenge(account.account_id, token, int(LIFE.total_seconds()))


async def hold(conn: Connection, token: str, kind: SessionKind, now: datetime) -> tuple[Challenge, Account]:
    """Return a challenge that can be answered, with its account's row held until the commit; ChallengeEnded else.

    It is read again behind the lock: of many answers that come at the same instant, each sees what the one before did.
    """
    found = judged(await challenge_repository.find(conn, digest(token)), kind, now)
    account = await repository.lock_account(conn, found.account_id)
    return judged(await challenge_repository.find(conn, digest(token)), kind, now), account


async def note_failure(conn: Connection, challenge: Challenge, now: datetime) -> None:
    """Count a wrong code against the challenge and the account; the owner is told when it was the last for a while."""
    await challenge_repository.add_failure(conn, challenge.challenge_id)
    if challenge.failures + 1 >= FAILURES_MAX:
        await challenge_repository.close(conn, challenge.challenge_id, now, "failed")
    if await tries.note_failure(conn, challenge.account_id, "code", now):
        await mails.owe_guessing_notice(conn, challenge.challenge_id, challenge.account_id, now)


def judged(challenge: Challenge | None, kind: SessionKind, now: datetime) -> Challenge:
    if challenge is None or challenge.kind != kind or challenge.closed_at is not None or now >= challenge.expires_at:
        raise ChallengeEnded
    return challenge
