"""Sessions: each is the family of all tokens that came of one log-in, and ends as a whole.

Every end is audited. A refresh is not: it comes every few minutes, and the one that matters, the reuse of a token, is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from system.accounts import repository, session_repository
from system.accounts.models import Account, Identity, LiveSession, Origin
from system.accounts.problems import CurrentSession, InvalidRefreshToken
from system.accounts.second_factor import challenge_repository
from system.accounts.tokens import access_token, digest
from system.audit.service import Actor, record
from system.context import System
from system.kit.db import Connection
from system.kit.ids import new_id, new_secret
from system.kit.problems import NotFound


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session at the only moment when its secret token is known: `secret` is a refresh token or a cookie's value."""

    account: Account
    session_id: str
    secret: str


async def open_session(
    system: System, conn: Connection, account: Account, origin: Origin, now: datetime
) -> OpenedSession:
    session_id, secret = new_id("ses", now), new_secret()
    await session_repository.insert_session(
        conn,
        session_id=session_id,
        account_id=account.account_id,
        kind=origin.kind,
        user_agent=origin.user_agent,
        now=now,
        expires_at=now + timedelta(days=system.settings.session_days),
    )
    await session_repository.insert_token(conn, digest(secret), session_id, now)
    return OpenedSession(account, session_id, secret)


async def refresh(system: System, refresh_token: str, *, request_id: str) -> OpenedSession:
    """Trade a refresh token for a new one. A token that was traded before ends the session: somebody copied it."""
    now = system.clock.now()
    async with system.db.transaction() as conn:
        session_id = await session_repository.replace_token(conn, digest(refresh_token), now)
        if session_id is not None:
            return await _renewed(conn, session_id, now)
        ended = await session_repository.revoke_family_of_replaced(conn, digest(refresh_token), now)
        if ended is not None:
            actor = Actor("system:accounts", request_id)
            await record(conn, actor=actor, action="session.revoked_by_reuse", object_id=ended, now=now)
    raise InvalidRefreshToken


async def log_out(system: System, identity: Identity, secret: str, *, everywhere: bool, request_id: str) -> None:
    """End the session of this refresh token or cookie; InvalidRefreshToken if the caller has no such session.

    `everywhere` ends all others of the account as well. It too asks for the session's own secret: an access token,
    which lives for minutes and is shown to more parties, locks nobody out.
    """
    now = system.clock.now()
    async with system.db.transaction() as conn:
        if everywhere:
            # Before any session's row: whoever ends several of them does so behind whoever came first.
            await repository.lock_account(conn, identity.account_id)
        ended = await session_repository.revoke_session_of_token(
            conn, digest(secret), identity.account_id, now, "logged_out"
        )
        if ended is None:
            raise InvalidRefreshToken
        actor = Actor(identity.account_id, request_id)
        await record(conn, actor=actor, action="session.logged_out", object_id=ended, now=now)
        if everywhere:
            others = await end_all(conn, identity.account_id, now, "logged_out_everywhere")
            await record(
                conn,
                actor=actor,
                action="account.logged_out_everywhere",
                object_id=identity.account_id,
                now=now,
                details={"other_sessions": others},
            )


async def end_all(conn: Connection, account_id: str, now: datetime, because: str, *, but: str | None = None) -> int:
    """End every session of an account, but for one if it is named, and every log-in that waits for a second factor.

    The caller holds the account's row. Returns how many sessions ended.
    """
    await challenge_repository.void_open(conn, account_id, now)
    return await session_repository.revoke_all_sessions(conn, account_id, now, because, but=but)


async def list_live(system: System, identity: Identity, *, before: str | None, limit: int) -> Sequence[LiveSession]:
    async with system.db.statement() as conn:
        return await session_repository.list_live(
            conn, identity.account_id, system.clock.now(), before=before, limit=limit
        )


async def end(system: System, identity: Identity, session_id: str, *, request_id: str) -> None:
    """End another session of one's own; NotFound for one that is not there, has ended, or is somebody else's."""
    if session_id == identity.session_id:
        raise CurrentSession
    now = system.clock.now()
    async with system.db.transaction() as conn:
        if not await session_repository.revoke_session(conn, session_id, identity.account_id, now, "ended_by_owner"):
            raise NotFound(f"You have no open session {session_id}.")
        actor = Actor(identity.account_id, request_id)
        await record(conn, actor=actor, action="session.ended", object_id=session_id, now=now)


def issue_access_token(system: System, session: OpenedSession) -> str:
    return access_token(
        system.settings,
        account_id=session.account.account_id,
        session_id=session.session_id,
        role=session.account.role,
        now=system.clock.now(),
    )


async def _renewed(conn: Connection, session_id: str, now: datetime) -> OpenedSession:
    secret = new_secret()
    await session_repository.insert_token(conn, digest(secret), session_id, now)
    await session_repository.touch(conn, session_id, now)
    return OpenedSession(await repository.get_account_of_session(conn, session_id), session_id, secret)
