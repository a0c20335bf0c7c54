from system.accounts import passwords, repository, tries
from system.accounts.models import Credentials, Identity
from system.accounts.problems import WrongPassword
from system.audit.service import Actor, record
from system.context import System


async def prove_password(system: System, identity: Identity, password: str, *, request_id: str) -> Credentials:
    """Ask who is logged in for the present password again, before what proves the owner is changed.

    Raises WrongPassword, and TooManyTries beyond the limit, for the right one too: a session that was stolen is no
    place to guess the password from. Returns what was compared, so that the change can insist on it.
    """
    async with system.db.statement() as conn:
        known = await repository.get_credentials(conn, identity.account_id)
    right = await passwords.matches(password, known.password_hash)
    now = system.clock.now()
    async with system.db.transaction() as conn:
        await repository.lock_account(conn, identity.account_id)
        await tries.refuse_beyond_limit(conn, identity.account_id, "password", now)
        if right:
            return known
        await tries.note_failure(conn, identity.account_id, "password", now)
        actor = Actor(identity.account_id, request_id)
        await record(conn, actor=actor, action="account.password_refused", object_id=identity.account_id, now=now)
    raise WrongPassword
