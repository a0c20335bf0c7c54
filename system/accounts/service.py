"""Accounts are made, and let in. Each verb commits before it returns; passwords are hashed with no connection held."""

from datetime import datetime

from system.accounts import link_repository, passwords, repository, sessions
from system.accounts.admission import Admission, admit
from system.accounts.email_addresses import normalised, send_first_link
from system.accounts.models import Account, Origin, Role
from system.accounts.problems import EmailTaken, InvalidCredentials
from system.accounts.sessions import OpenedSession, open_session
from system.audit.service import Actor, record
from system.context import System
from system.kit.db import Connection
from system.kit.ids import new_id

NOBODY = "account:unknown"
"""What a failed log-in is recorded of when the address has no account; the address itself is nobody's business."""


async def sign_up(system: System, *, email: str, password: str, name: str, origin: Origin) -> OpenedSession:
    """Create a student's account, owe it the mail that confirms its address, and open its first session.

    EmailTaken if the email has an account.
    """
    password_hash = await passwords.hashed(password)
    now = system.clock.now()
    account = Account(new_id("usr", now), normalised(email), name, "student", now, email_verified_at=None)
    async with system.db.transaction() as conn:
        if not await repository.insert_account(conn, account, password_hash):
            raise EmailTaken("Log in with this email, set a new password if yours is lost, or use another email.")
        actor = Actor(account.account_id, origin.request_id)
        await record(conn, actor=actor, action="account.signed_up", object_id=account.account_id, now=now)
        await send_first_link(system, conn, account, now)
        return await open_session(system, conn, account, origin, now)


async def log_in(system: System, *, email: str, password: str, origin: Origin) -> Admission:
    """Let in by a password; InvalidCredentials after the same work for a wrong one and for an address of nobody's."""
    async with system.db.statement() as conn:
        known = await repository.find_credentials(conn, normalised(email))
    right = await passwords.matches(password, known.password_hash if known else None)
    now = system.clock.now()
    async with system.db.transaction() as conn:
        account = await repository.hold_credentials(conn, known) if known and right else None
        if account is not None:
            return await admit(system, conn, account, origin, now, by="password")
        # Of nobody as well: a commit that only a known address costs is a way to tell it by the time of the answer.
        await record(
            conn,
            actor=Actor("system:accounts", origin.request_id),
            action="account.login_failed",
            object_id=known.account_id if known else NOBODY,
            now=now,
        )
    raise InvalidCredentials


async def get_account(system: System, account_id: str) -> Account:
    async with system.db.statement() as conn:
        return await repository.get_account(conn, account_id)


async def set_account(
    conn: Connection, *, email: str, name: str, role: Role, password_hash: str, now: datetime
) -> tuple[str, bool]:
    """Create an account with a role, or give the one of this email the password and the role; return id and novelty.

    A change ends every session of the account, so that no token speaks with an old role or an old password. The
    operator vouches for the address.
    """
    found = await repository.find_account_by_email(conn, normalised(email))
    account = found or Account(new_id("usr", now), normalised(email), name, role, now, email_verified_at=now)
    if found is None:
        inserted = await repository.insert_account(conn, account, password_hash)
        assert inserted, f"{email} was taken between two statements; run the command again"
    else:
        await repository.update_password_and_role(conn, account.account_id, password_hash, role, verified_at=now)
        await sessions.end_all(conn, account.account_id, now, "credentials_changed")
        await link_repository.void_open(conn, account.account_id, now)
    details: dict[str, object] = {"role": role, "role_before": found.role if found else None}
    actor = Actor("system:command")
    await record(
        conn, actor=actor, action="account.role_granted", object_id=account.account_id, now=now, details=details
    )
    return account.account_id, found is None
