"""Keys by which an organisation's programs ask: made and revoked by its manager, known to nobody afterwards."""

from collections.abc import Sequence
from datetime import timedelta

from system.accounts import repository as accounts
from system.accounts.api_keys import repository
from system.accounts.api_keys.models import ApiKey, MadeKey, Scope
from system.accounts.api_keys.problems import TooManyKeys
from system.accounts.api_keys.tokens import hint_of, new_key
from system.accounts.models import Identity
from system.accounts.password_proof import prove_password
from system.accounts.tokens import digest
from system.audit.service import Actor, record
from system.context import System
from system.kit.ids import new_id
from system.kit.problems import NotFound

LIVE_MAX = 20


async def make(
    system: System, identity: Identity, *, name: str, scopes: Sequence[Scope], days: int, password: str, request_id: str
) -> MadeKey:
    """Make a key. The password is asked for: a session that was left open makes nothing that outlives it.

    Raises WrongPassword, TooManyTries and TooManyKeys.
    """
    await prove_password(system, identity, password, request_id=request_id)
    now = system.clock.now()
    secret = new_key(live=system.settings.live)
    key = ApiKey(
        key_id=new_id("key", now),
        name=name,
        hint=hint_of(secret),
        scopes=sorted(set(scopes)),
        created_at=now,
        expires_at=now + timedelta(days=days),
        used_at=None,
        revoked_at=None,
    )
    async with system.db.transaction() as conn:
        await accounts.lock_account(conn, identity.account_id)
        if await repository.count_live(conn, identity.account_id, now) >= LIVE_MAX:
            raise TooManyKeys(LIVE_MAX)
        await repository.insert(conn, identity.account_id, key, digest(secret))
        details: dict[str, object] = {"scopes": list(key.scopes), "expires_at": key.expires_at.isoformat()}
        actor = Actor(identity.account_id, request_id)
        await record(conn, actor=actor, action="api_key.made", object_id=key.key_id, now=now, details=details)
    return MadeKey(key, secret)


async def revoke(system: System, identity: Identity, key_id: str, *, request_id: str) -> None:
    """End a key of one's own, from its next request on; NotFound for any other."""
    now = system.clock.now()
    async with system.db.transaction() as conn:
        if not await repository.revoke(conn, key_id, identity.account_id, now):
            raise NotFound(f"You have no API key {key_id} that could be revoked.")
        actor = Actor(identity.account_id, request_id)
        await record(conn, actor=actor, action="api_key.revoked", object_id=key_id, now=now)


async def list_keys(system: System, identity: Identity, *, before: str | None, limit: int) -> Sequence[ApiKey]:
    async with system.db.statement() as conn:
        return await repository.list_keys(conn, identity.account_id, before=before, limit=limit)
