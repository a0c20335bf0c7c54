"""The verbs of accounts. Each commits before it returns; password hashing happens with no connection held."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from system.accounts import passwords, repository
from system.accounts.models import Account, Identity, Role, SessionKind
from system.accounts.problems import EmailTaken, InvalidCredentials, InvalidRefreshToken
from system.accounts.tokens import access_token, digest
from system.audit.service import Actor, record
from system.context import System
from system.kit.db import Connection
from system.kit.ids import new_id, new_secret


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session at the only moment when its secret token is known: `secret` is a refresh token or a cookie's value."""

    account: Account
    session_id: str
    secret: str


async def sign_up(
    system: System, *, email: str, password: str, name: str, kind: SessionKind, request_id: str
) -> OpenedSession:
    """Create a student's account and open its first session; EmailTaken if the email has one."""
    password_hash = await passwords.hashed(password)
    now = system.clock.now()
    account = Account(account_id=new_id("usr", now), email=normalised(email), name=name, role="student", created_at=now)
    async with system.db.transaction() as conn:
        if not await repository.insert_account(conn, account, password_hash):
            raise EmailTaken("Log in with this email, or sign up with another one.")
        actor = Actor(account.account_id, request_id)
        await record(conn, actor=actor, action="account.signed_up", object_id=account.account_id, now=now)
        return await _open_session(system, conn, account, kind, now)


async def log_in(system: System, *, email: str, password: str, kind: SessionKind, request_id: str) -> OpenedSession:
    async with system.db.statement() as conn:
        known = await repository.find_credentials(conn, normalised(email))
    right = await passwords.matches(password, known.password_hash if known else None)
    if known is None:
        raise InvalidCredentials
    now = system.clock.now()
    action = "account.logged_in" if right else "account.login_failed"
    async with system.db.transaction() as conn:
        actor = Actor(known.account_id if right else "system:accounts", request_id)
        await record(conn, actor=actor, action=action, object_id=known.account_id, now=now)
        if right:
            return await _open_session(system, conn, await repository.get_account(conn, known.account_id), kind, now)
    raise InvalidCredentials


async def refresh(system: System, refresh_token: str, *, request_id: str) -> OpenedSession:
    """Trade a refresh token for a new one. A token that was traded before ends the session: somebody copied it."""
    now = system.clock.now()
    async with system.db.transaction() as conn:
        session_id = await repository.replace_token(conn, digest(refresh_token), now)
        if session_id is not None:
            return await _renewed(conn, session_id, now)
        ended = await repository.revoke_family_of_replaced(conn, digest(refresh_token), now)
        if ended is not None:
            actor = Actor("system:accounts", request_id)
            await record(conn, actor=actor, action="session.revoked_by_reuse", object_id=ended, now=now)
    raise InvalidRefreshToken


async def log_out(system: System, identity: Identity, secret: str) -> None:
    """End the session of this refresh token or cookie; InvalidRefreshToken if the caller has no such session."""
    now = system.clock.now()
    async with system.db.transaction() as conn:
        if not await repository.revoke_session(conn, digest(secret), identity.account_id, now, "logged_out"):
            raise InvalidRefreshToken


async def get_account(system: System, account_id: str) -> Account:
    async with system.db.statement() as conn:
        return await repository.get_account(conn, account_id)


async def set_account(
    conn: Connection, *, email: str, name: str, role: Role, password_hash: str, now: datetime
) -> tuple[str, bool]:
    """Create an account with a role, or give the one of this email the password and the role; return id and novelty.

    A change ends every session of the account, so that no token speaks with an old role or an old password.
    """
    found = await repository.find_account_by_email(conn, normalised(email))
    account = found or Account(new_id("usr", now), normalised(email), name, role, now)
    if found is None:
        inserted = await repository.insert_account(conn, account, password_hash)
        assert inserted, f"{email} was taken between two statements; run the command again"
    else:
        await repository.update_password_and_role(conn, account.account_id, password_hash, role)
        await repository.revoke_all_sessions(conn, account.account_id, now, "credentials_changed")
    details: dict[str, object] = {"role": role, "role_before": found.role if found else None}
    actor = Actor("system:command")
    await record(
        conn, actor=actor, action="account.role_granted", object_id=account.account_id, now=now, details=details
    )
    return account.account_id, found is None


def normalised(email: str) -> str:
    return email.strip().lower()


def issue_access_token(system: System, session: OpenedSession) -> str:
    return access_token(
        system.settings,
        account_id=session.account.account_id,
        session_id=session.session_id,
        role=session.account.role,
        now=system.clock.now(),
    )


async def _open_session(
    system: System, conn: Connection, account: Account, kind: SessionKind, now: datetime
) -> OpenedSession:
    session_id, secret = new_id("ses", now), new_secret()
    expires_at = now + timedelta(days=system.settings.session_days)
    await repository.insert_session(
        conn, session_id=session_id, account_id=account.account_id, kind=kind, now=now, expires_at=expires_at
    )
    await repository.insert_token(conn, digest(secret), session_id, now)
    return OpenedSession(account, session_id, secret)


async def _renewed(conn: Connection, session_id: str, now: datetime) -> OpenedSession:
    secret = new_secret()
    await repository.insert_token(conn, digest(secret), session_id, now)
    return OpenedSession(await repository.get_account_of_session(conn, session_id), session_id, secret)
