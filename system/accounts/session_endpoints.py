from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from system.accounts import sessions
from system.accounts.access import public
from system.accounts.identity import Caller
from system.accounts.problems import CurrentSession, InvalidRefreshToken
from system.accounts.schemas import AccountOut, LiveSessionOut, Logout, Refresh, SessionOut
from system.context import Context, System
from system.kit.http import RequestId
from system.kit.pagination import CursorText, Limit, Page
from system.kit.problems import AuthenticationRequired, NotFound, documented

router = APIRouter(prefix="/api/accounts", tags=["accounts"])

SessionId = Annotated[str, Path(max_length=64, pattern=r"^[0-9A-Za-z_]+$", examples=["ses_01jd3m4x5k8q2v7wzt9rbn6cye"])]


@router.post(
    "/refresh", operation_id="refresh_session", dependencies=[public], responses=documented(InvalidRefreshToken)
)
async def refresh(body: Refresh, request: Request, system: Context) -> SessionOut:
    """Trade a refresh token for a new pair. Each works once; one that is seen twice ends the whole session."""
    renewed = await sessions.refresh(system, body.refresh_token, request_id=RequestId.of(request))
    return session_out(system, renewed)


@router.post(
    "/logout",
    operation_id="log_out",
    status_code=204,
    responses=documented(AuthenticationRequired, InvalidRefreshToken),
)
async def log_out(body: Logout, identity: Caller, request: Request, system: Context) -> Response:
    """End the session of a refresh token of yours, and every access token that came of it; or all your sessions."""
    await sessions.log_out(
        system, identity, body.refresh_token, everywhere=body.everywhere, request_id=RequestId.of(request)
    )
    return Response(status_code=204)


@router.get("/sessions", operation_id="list_sessions", responses=documented(AuthenticationRequired))
async def list_sessions(
    identity: Caller, system: Context, limit: Limit = 20, cursor: CursorText = None
) -> Page[LiveSessionOut]:
    """List the sessions of yours that are open, the latest first, with the one that asks marked."""
    scope = f"sessions:{identity.account_id}"
    before = system.cursors.decode(scope, cursor)
    found = await sessions.list_live(system, identity, before=before, limit=limit + 1)
    following = system.cursors.next_after(scope, [session.session_id for session in found], limit)
    shown = [LiveSessionOut.of(session, identity.session_id) for session in found[:limit]]
    return Page(items=shown, next_cursor=following)


@router.delete(
    "/sessions/{session_id}",
    operation_id="end_session",
    status_code=204,
    responses=documented(AuthenticationRequired, NotFound, CurrentSession),
)
async def end_session(session_id: SessionId, identity: Caller, request: Request, system: Context) -> Response:
    """End another session of yours at once, with every token that came of it."""
    await sessions.end(system, identity, session_id, request_id=RequestId.of(request))
    return Response(status_code=204)


def session_out(system: System, opened: sessions.OpenedSession) -> SessionOut:
    return SessionOut(
        account=AccountOut.model_validate(opened.account),
        access_token=sessions.issue_access_token(system, opened),
        refresh_token=opened.secret,
        token_type="bearer",  # noqa: S106 - the kind of the token, RFC 6750
        expires_in_s=system.settings.access_token_minutes * 60,
    )
