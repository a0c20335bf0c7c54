"""A route says which feature it is part of; who has not got that feature is told what opens it.

The name in the route is a name of the seed: `unknown_features` keeps a system with another one from starting.
"""

from collections.abc import Callable, Coroutine, Iterable
from typing import Annotated, Any

import psycopg
from fastapi import Depends

from system.accounts.access import Access, needs_feature
from system.accounts.identity import caller, page_caller
from system.accounts.models import Identity
from system.context import Context
from system.entitlements import service

Door = Callable[..., Coroutine[Any, Any, Identity]]
Guard = Callable[[Context, Identity], Coroutine[Any, Any, Identity]]


def require_feature(feature: str, *, door: Door = caller) -> Guard:
    """Return a dependency that lets in whoever the feature is open to and answers `feature-locked` to the others.

    Use it as `Annotated[Identity, Depends(require_feature("offline_access"))]` or in `dependencies`.
    """

    @needs_feature(feature)
    async def open_to(system: Context, identity: Annotated[Identity, Depends(door)]) -> Identity:
        async with system.db.statement() as conn:
            await service.require_open(conn, identity.account_id, feature, system.clock.now())
        return identity

    return open_to


def require_page_feature(feature: str) -> Guard:
    """Return the same for a page, whose readers come by cookie; they are shown a page that says what opens it."""
    return require_feature(feature, door=page_caller)


def features_fault(database_url: str, decided: Iterable[Access]) -> str | None:
    """Return which routes ask for a feature that is not seeded, in one sentence with the remedy, or None."""
    with psycopg.connect(database_url) as conn:
        known = {str(row[0]) for row in conn.execute("SELECT feature FROM features")}
    guarded = [each for each in decided if each.feature is not None]
    strangers = [f"{each.method} {each.path} ({each.feature})" for each in guarded if each.feature not in known]
    if not strangers:
        return None
    return f"No such feature is seeded: {', '.join(strangers)}. Correct the route, or `python -m system migrate`."
