"""The door of a route that programs may use: a log-in opens it, and so does a key with the scope that it names."""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from system.accounts.access import decides, needs_scope
from system.accounts.api_keys import repository
from system.accounts.api_keys.models import Scope
from system.accounts.api_keys.problems import InvalidApiKey, ScopeMissing
from system.accounts.api_keys.tokens import is_well_formed, looks_like_key
from system.accounts.identity import BearerToken, caller
from system.accounts.models import ROLES, Identity
from system.accounts.tokens import digest
from system.context import Context, System

_USED_KNOWN_TO = timedelta(minutes=15)
"""As with sessions: no request costs a write of its own."""


def scoped(scope: Scope) -> Callable[[System, BearerToken], Coroutine[Any, Any, Identity]]:
    """Return a dependency for a route that keys may use. Every other route refuses them."""

    @needs_scope(scope)
    @decides(*ROLES)
    async def holder(system: Context, token: BearerToken) -> Identity:
        if token is None or not looks_like_key(token.credentials):
            return await caller(system, token)
        return await _holder(system, token.credentials, scope)

    return holder


async def _holder(system: System, key: str, scope: Scope) -> Identity:
    """Find who holds a key, by its hash: the time of the look-up tells a guesser nothing (see `links`)."""
    if not is_well_formed(key):
        raise InvalidApiKey
    now = system.clock.now()
    async with system.db.statement() as conn:
        identity = await repository.find_holder(conn, digest(key), now)
        if identity is None:
            raise InvalidApiKey
        if scope not in await repository.scopes_of(conn, identity.session_id):
            raise ScopeMissing(scope)
        await repository.touch(conn, identity.session_id, now, now - _USED_KNOWN_TO)
    return identity
