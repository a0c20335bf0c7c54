"""From a proven person to a session: the one way in for a log-in, whatever has proven the person."""

from datetime import datetime

from system.accounts import mails, tries
from system.accounts.models import Account, Origin
from system.accounts.second_factor import challenge_repository, challenges, codes, repository
from system.accounts.second_factor.models import FirstFactor, IssuedChallenge
from system.accounts.second_factor.problems import WrongCode
from system.accounts.sessions import OpenedSession, open_session
from system.audit.service import Actor, record
from system.context import System
from system.kit.db import Connection

Admission = OpenedSession | IssuedChallenge


async def admit(
    system: System, conn: Connection, account: Account, origin: Origin, now: datetime, *, by: FirstFactor
) -> Admission:
    """Open a session for whom a first factor has proven, or ask for the second one if the account has it.

    The caller holds the account's row, so that nothing which proves its owner changes under the log-in. A challenge is
    answered with `pass_second_factor`.
    """
    factor = await repository.find(conn, account.account_id)
    if factor is None or factor.enabled_at is None:
        return await _let_in(system, conn, account, origin, now, proofs={"by": by})
    actor = Actor(account.account_id, origin.request_id)
    await record(
        conn,
        actor=actor,
        action="account.second_factor_asked",
        object_id=account.account_id,
        now=now,
        details={"by": by},
    )
    return await challenges.issue(conn, account, origin.kind, now, by=by)


async def pass_second_factor(system: System, token: str, code: str, origin: Origin) -> OpenedSession:
    """Open the session of a challenge by a code of the authenticator or a recovery code.

    Raises ChallengeEnded, TooManyTries, and WrongCode. What is wrong is counted and committed before it is refused.
    """
    now = system.clock.now()
    async with system.db.transaction() as conn:
        challenge, account = await challenges.hold(conn, token, origin.kind, now)
        await tries.refuse_beyond_limit(conn, account.account_id, "code", now)
        used = await codes.accept(system, conn, account.account_id, code, now)
        if used is not None:
            await challenge_repository.close(conn, challenge.challenge_id, now, "passed")
            if used == "recovery_code":
                left = await repository.count_recovery_codes(conn, account.account_id)
                await mails.owe_recovery_notice(conn, challenge.challenge_id, account.account_id, left=left, now=now)
            proofs: dict[str, object] = {"by": challenge.first_factor, "second_factor": used}
            return await _let_in(system, conn, account, origin, now, proofs=proofs)
        await challenges.note_failure(conn, challenge, now)
        actor = Actor("system:accounts", origin.request_id)
        await record(conn, actor=actor, action="account.second_factor_failed", object_id=account.account_id, now=now)
    raise WrongCode


async def _let_in(
    system: System, conn: Connection, account: Account, origin: Origin, now: datetime, *, proofs: dict[str, object]
) -> OpenedSession:
    actor = Actor(account.account_id, origin.request_id)
    await record(conn, actor=actor, action="account.logged_in", object_id=account.account_id, now=now, details=proofs)
    return await open_session(system, conn, account, origin, now)
