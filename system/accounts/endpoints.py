from typing import Annotated

from fastapi import APIRouter, Depends, Request

from system.accounts import service
from system.accounts.access import public
from system.accounts.api_keys.door import scoped
from system.accounts.identity import origin_of
from system.accounts.models import Identity
from system.accounts.problems import EmailTaken, InvalidCredentials
from system.accounts.schemas import AccountOut, Login, SessionOut, SignUp
from system.accounts.second_factor.models import IssuedChallenge
from system.accounts.second_factor.problems import SecondFactorRequired
from system.accounts.session_endpoints import session_out
from system.context import Context
from system.kit.problems import AuthenticationRequired, documented

AccountReader = Annotated[Identity, Depends(scoped("account:read"))]

router = APIRouter(prefix="/api/accounts", tags=["accounts"])


@router.post(
    "/sign-up", operation_id="sign_up", status_code=201, dependencies=[public], responses=documented(EmailTaken)
)
async def sign_up(body: SignUp, request: Request, system: Context) -> SessionOut:
    """Create a student's account, open a session, and mail a link that confirms the address.

    Everything that is the account's own affair works before the address is confirmed, paying included.
    """
    opened = await service.sign_up(
        system, email=body.email, password=body.password, name=body.name, origin=origin_of(request, "bearer")
    )
    return session_out(system, opened)


@router.post(
    "/login",
    operation_id="log_in",
    dependencies=[public],
    responses=documented(InvalidCredentials, SecondFactorRequired),
)
async def log_in(body: Login, request: Request, system: Context) -> SessionOut:
    """Open a session. A wrong password and an unknown email get the same answer after the same time.

    An account with a second factor gets `second-factor-required` for a right password, with the token that
    `POST /api/accounts/login/second-factor` takes.
    """
    admission = await service.log_in(
        system, email=body.email, password=body.password, origin=origin_of(request, "bearer")
    )
    if isinstance(admission, IssuedChallenge):
        raise SecondFactorRequired(admission)
    return session_out(system, admission)


@router.get("/me", operation_id="show_me", responses=documented(AuthenticationRequired))
async def me(identity: AccountReader, system: Context) -> AccountOut:
    """Show the account that is asking."""
    return AccountOut.model_validate(await service.get_account(system, identity.account_id))
