"""The second factor is set up, switched on, and switched off. Each asks for what an intruder with a session lacks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from system.accounts import mails, sessions, tries
from system.accounts import repository as accounts
from system.accounts.models import Identity
from system.accounts.password_proof import prove_password
from system.accounts.second_factor import challenge_repository, codes, recovery_codes, repository, totp
from system.accounts.second_factor.models import Factor
from system.accounts.second_factor.problems import EmailNotConfirmed, SecondFactorOff, SecondFactorOn, WrongCode
from system.audit.service import Actor, record
from system.context import System
from system.kit.db import Connection
from system.kit.ids import new_id

SET_UP_LIFE = timedelta(minutes=15)
"""How long a secret waits for its first code: one that was shown and forgotten is not switched on by who finds it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account shows of its second factor; `enabled_at` is None while it is off."""

    enabled_at: datetime | None
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret at the only moment when it is shown."""

    secret: str
    uri: str
    expires_in_s: int


async def standing(system: System, identity: Identity) -> Standing:
    async with system.db.transaction() as conn:
        factor = await repository.find(conn, identity.account_id)
        left = await repository.count_recovery_codes(conn, identity.account_id)
    return Standing(factor.enabled_at if factor else None, left)


async def set_up(system: System, identity: Identity, password: str, *, request_id: str) -> NewSecret:
    """Make a secret for an authenticator; nothing is asked for before its first code has come.

    Raises EmailNotConfirmed, SecondFactorOn, WrongPassword and TooManyTries. The address must be confirmed: else
    whoever has typed a stranger's address could lock its owner out for good, who gets in by a mailed link.
    """
    if not identity.email_verified:
        raise EmailNotConfirmed
    await prove_password(system, identity, password, request_id=request_id)
    now = system.clock.now()
    secret = totp.new_secret()
    async with system.db.transaction() as conn:
        await accounts.lock_account(conn, identity.account_id)
        kept = codes.sealed(system.settings, secret, identity.account_id)
        if not await repository.set_up(conn, identity.account_id, kept, now):
            raise SecondFactorOn
        await _record(conn, identity, "account.second_factor_set_up", request_id, now)
    return NewSecret(secret, totp.uri(secret, identity.email), int(SET_UP_LIFE.total_seconds()))


async def enable(system: System, identity: Identity, code: str, *, request_id: str) -> list[str]:
    """Switch on by the first code, and return the recovery codes. Sessions that the password alone has opened end.

    Raises SecondFactorOff, SecondFactorOn, WrongCode and TooManyTries.
    """
    now = system.clock.now()
    async with system.db.transaction() as conn:
        await accounts.lock_account(conn, identity.account_id)
        factor = _waiting(await repository.find(conn, identity.account_id), now)
        await tries.refuse_beyond_limit(conn, identity.account_id, "code", now)
        step = codes.matching_step(system.settings, factor, code, now)
        if step is not None:
            await repository.enable(conn, identity.account_id, step, now)
            await sessions.end_all(conn, identity.account_id, now, "second_factor_enabled", but=identity.session_id)
            await mails.owe_second_factor_notice(conn, new_id("fac", now), identity.account_id, enabled=True, now=now)
            await _record(conn, identity, "account.second_factor_enabled", request_id, now)
            return await _new_recovery_codes(conn, identity.account_id)
        await _count_wrong(conn, identity, request_id, now)
    raise WrongCode


async def renew_recovery_codes(
    system: System, identity: Identity, password: str, code: str, *, request_id: str
) -> list[str]:
    """Replace the recovery codes, used or not. Raises SecondFactorOff, WrongPassword, WrongCode and TooManyTries."""
    await prove_password(system, identity, password, request_id=request_id)
    now = system.clock.now()
    async with system.db.transaction() as conn:
        if await _spend_code(system, conn, identity, code, request_id, now=now):
            await _record(conn, identity, "account.recovery_codes_renewed", request_id, now)
            return await _new_recovery_codes(conn, identity.account_id)
    raise WrongCode


async def disable(system: System, identity: Identity, password: str, code: str, *, request_id: str) -> None:
    """Switch off by both factors. Raises SecondFactorOff, WrongPassword, WrongCode and TooManyTries."""
    await prove_password(system, identity, password, request_id=request_id)
    now = system.clock.now()
    async with system.db.transaction() as conn:
        if await _spend_code(system, conn, identity, code, request_id, now=now):
            await repository.delete(conn, identity.account_id)
            await challenge_repository.void_open(conn, identity.account_id, now)
            await mails.owe_second_factor_notice(conn, new_id("fac", now), identity.account_id, enabled=False, now=now)
            await _record(conn, identity, "account.second_factor_disabled", request_id, now)
            return
    raise WrongCode


def _waiting(factor: Factor | None, now: datetime) -> Factor:
    if factor is None or (factor.enabled_at is None and now >= factor.set_up_at + SET_UP_LIFE):
        raise SecondFactorOff
    if factor.enabled_at is not None:
        raise SecondFactorOn
    return factor


async def _spend_code(
    system: System, conn: Connection, identity: Identity, code: str, request_id: str, *, now: datetime
) -> bool:
    """Hold the account, and use up a code of its second factor; False, and counted, for a wrong one."""
    await accounts.lock_account(conn, identity.account_id)
    factor = await repository.find(conn, identity.account_id)
    if factor is None or factor.enabled_at is None:
        raise SecondFactorOff
    await tries.refuse_beyond_limit(conn, identity.account_id, "code", now)
    if await codes.accept(system, conn, identity.account_id, code, now):
        return True
    await _count_wrong(conn, identity, request_id, now)
    return False


async def _count_wrong(conn: Connection, identity: Identity, request_id: str, now: datetime) -> None:
    if await tries.note_failure(conn, identity.account_id, "code", now):
        await mails.owe_guessing_notice(conn, new_id("fac", now), identity.account_id, now)
    await _record(conn, identity, "account.second_factor_failed", request_id, now)


async def _new_recovery_codes(conn: Connection, account_id: str) -> list[str]:
    fresh = recovery_codes.new_codes()
    await repository.replace_recovery_codes(
        conn, account_id, [recovery_codes.hashed(account_id, code) for code in fresh]
    )
    return fresh


async def _record(conn: Connection, identity: Identity, action: str, request_id: str, now: datetime) -> None:
    actor = Actor(identity.account_id, request_id)
    await record(conn, actor=actor, action=action, object_id=identity.account_id, now=now)
