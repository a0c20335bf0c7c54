"""Who is asking. Programs carry a bearer token, pages a cookie; neither door takes the other's key.

Both ask the database each time: a log-out, a reused refresh token, a new password and a new role take effect with the
next request. That is one statement by primary key, outside of any transaction.
"""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from system.accounts import devices, session_repository
from system.accounts.access import decides
from system.accounts.api_keys.problems import KeyNotAccepted
from system.accounts.api_keys.tokens import looks_like_key
from system.accounts.models import ROLES, Identity, Origin, Role, SessionKind
from system.accounts.tokens import digest, read_access_token
from system.context import Context
from system.kit.http import RequestId
from system.kit.problems import AuthenticationRequired, Forbidden
from system.settings import Settings

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="access_token",
    bearerFormat="JWT",
    description="The `access_token` of a sign-up, a log-in or a refresh; it lives for 15 minutes.",
)
BearerToken = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]

_USED_KNOWN_TO = timedelta(minutes=15)
"""How exactly the last use of a session is known: as often as a program renews its access token, and no page that is
read costs a write."""

ENDED = "This session has ended, or the account's role has changed; log in again."


@decides(*ROLES)
async def caller(system: Context, token: BearerToken) -> Identity:
    """Return who holds the bearer token, or AuthenticationRequired."""
    if token is None:
        raise AuthenticationRequired("Send the access token of a log-in as `Authorization: Bearer …`.")
    if looks_like_key(token.credentials):
        raise KeyNotAccepted
    now = system.clock.now()
    claims = read_access_token(system.settings, token.credentials, now=now)
    async with system.db.statement() as conn:
        identity = await session_repository.find_identity(conn, claims.session_id, now)
    if identity is None or (identity.account_id, identity.role) != (claims.account_id, claims.role):
        raise AuthenticationRequired(ENDED)
    return identity


Caller = Annotated[Identity, Depends(caller)]


def require_roles(*roles: Role) -> Callable[[Identity], Coroutine[Any, Any, Identity]]:
    """Return a dependency that lets these roles in and answers 403 to every other account.

    Use it as `Annotated[Identity, Depends(require_roles(...))]` or in a router's `dependencies`.
    """

    @decides(*roles)
    async def allowed(identity: Caller) -> Identity:
        if identity.role not in roles:
            raise Forbidden(f"This is for the roles {', '.join(roles)}; yours is {identity.role}.")
        return identity

    return allowed


def origin_of(request: Request, kind: SessionKind) -> Origin:
    return Origin(kind, RequestId.of(request), devices.told(request.headers.get("user-agent", "")))


def cookie_name(settings: Settings) -> str:
    """`__Host-` makes the browser refuse a cookie that another host or plain HTTP has planted."""
    return "__Host-session" if settings.public_url.scheme == "https" else "session"


async def visitor(request: Request, system: Context) -> Identity | None:
    """Return who is logged in on the pages, or None; a page that is open to all may still greet its reader."""
    token = request.cookies.get(cookie_name(system.settings))
    if not token:
        return None
    now = system.clock.now()
    async with system.db.statement() as conn:
        identity = await session_repository.find_identity_by_cookie(conn, digest(token), now)
        if identity is not None and now - identity.used_at >= _USED_KNOWN_TO:
            await session_repository.touch(conn, identity.session_id, now)
    return identity


Visitor = Annotated[Identity | None, Depends(visitor)]


@decides(*ROLES)
async def page_caller(identity: Visitor) -> Identity:
    """Return who is logged in on the pages, or AuthenticationRequired, which a page turns into the log-in form."""
    if identity is None:
        raise AuthenticationRequired("Log in to see this page.")
    return identity


PageCaller = Annotated[Identity, Depends(page_caller)]
