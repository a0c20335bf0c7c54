from fastapi import APIRouter, Request, Response

from system.accounts import service
from system.accounts.access import public
from system.accounts.identity import Caller
from system.accounts.problems import EmailTaken, InvalidCredentials, InvalidRefreshToken
from system.accounts.schemas import AccountOut, Login, Logout, Refresh, SessionOut, SignUp
from system.context import Context, System
from system.kit.http import RequestId
from system.kit.problems import AuthenticationRequired, documented

router = APIRouter(prefix="/api/accounts", tags=["accounts"])


@router.post(
    "/sign-up", operation_id="sign_up", status_code=201, dependencies=[public], responses=documented(EmailTaken)
)
async def sign_up(body: SignUp, request: Request, system: Context) -> SessionOut:
    """Create a student's account and open a session."""
    opened = await service.sign_up(
        system,
        email=body.email,
        password=body.password,
        name=body.name,
        kind="bearer",
        request_id=RequestId.of(request),
    )
    return _session(system, opened)


@router.post("/login", operation_id="log_in", dependencies=[public], responses=documented(InvalidCredentials))
async def log_in(body: Login, request: Request, system: Context) -> SessionOut:
    """Open a session. A wrong password and an unknown email get the same answer after the same time."""
    opened = await service.log_in(
        system, email=body.email, password=body.password, kind="bearer", request_id=RequestId.of(request)
    )
    return _session(system, opened)


@router.post(
    "/refresh", operation_id="refresh_session", dependencies=[public], responses=documented(InvalidRefreshToken)
)
async def refresh(body: Refresh, request: Request, system: Context) -> SessionOut:
    """Trade a refresh token for a new pair. Each works once; one that is seen twice ends the whole session."""
    renewed = await service.refresh(system, body.refresh_token, request_id=RequestId.of(request))
    return _session(system, renewed)


@router.post(
    "/logout",
    operation_id="log_out",
    status_code=204,
    responses=documented(AuthenticationRequired, InvalidRefreshToken),
)
async def log_out(body: Logout, identity: Caller, system: Context) -> Response:
    """End the session of a refresh token of yours, and every access token that came of it."""
    await service.log_out(system, identity, body.refresh_token)
    return Response(status_code=204)


@router.get("/me", operation_id="show_me", responses=documented(AuthenticationRequired))
async def me(identity: Caller, system: Context) -> AccountOut:
    """Show the account that is asking."""
    return AccountOut.model_validate(await service.get_account(system, identity.account_id))


def _session(system: System, opened: service.OpenedSession) -> SessionOut:
    return SessionOut(
        account=AccountOut.model_validate(opened.account),
        access_token=service.issue_access_token(system, opened),
        refresh_token=opened.secret,
        token_type="bearer",  # noqa: S106 - the kind of the token, RFC 6750
        expires_in_s=system.settings.access_token_minutes * 60,
    )
