from system.accounts import link_repository, mails, passwords, repository, sessions
from system.accounts.models import Identity
from system.accounts.password_proof import prove_password
from system.accounts.problems import WrongPassword
from system.audit.service import Actor, record
from system.context import System
from system.kit.ids import new_id


async def change_password(
    system: System, identity: Identity, *, password: str, new_password: str, user_agent: str, request_id: str
) -> None:
    """Replace the present password, end all sessions but the one that asks, and void every link that was sent.

    WrongPassword if it is not the present one, or ceased to be while the new one was hashed; TooManyTries.
    """
    known = await prove_password(system, identity, password, request_id=request_id)
    password_hash = await passwords.hashed(new_password)
    now = system.clock.now()
    async with system.db.transaction() as conn:
        if not await repository.replace_password(conn, known, password_hash):
            raise WrongPassword
        ended = await sessions.end_all(conn, identity.account_id, now, "password_changed", but=identity.session_id)
        await link_repository.void_open(conn, identity.account_id, now)
        event_key = new_id("pwd", now)
        await mails.owe_password_notice(
            conn, event_key=event_key, account_id=identity.account_id, user_agent=user_agent, now=now
        )
        await record(
            conn,
            actor=Actor(identity.account_id, request_id),
            action="account.password_changed",
            object_id=identity.account_id,
            now=now,
            details={"sessions_ended": ended},
        )
