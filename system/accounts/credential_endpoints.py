from fastapi import APIRouter, Request, Response

from system.accounts import email_addresses, password_reset
from system.accounts.access import public
from system.accounts.identity import Caller, origin_of
from system.accounts.links import LIFE
from system.accounts.password_change import change_password as change
from system.accounts.problems import (
    ClosedLink,
    EmailConfirmed,
    EmailTaken,
    ExpiredLink,
    TooManyMails,
    TooManyTries,
    UnknownLink,
    WrongPassword,
)
from system.accounts.schemas import LinkToken, LostPassword, MailPromise, NewEmail, PasswordChange, PasswordReset
from system.context import Context
from system.kit.http import RequestId
from system.kit.problems import AuthenticationRequired, documented

router = APIRouter(prefix="/api/accounts", tags=["accounts"])

LOST = "If there is an account for this address, a mail with a link is on its way to it."


@router.post(
    "/email/confirm",
    operation_id="confirm_email",
    status_code=204,
    dependencies=[public],
    responses=documented(UnknownLink, ExpiredLink, ClosedLink, EmailTaken),
)
async def confirm_email(body: LinkToken, request: Request, system: Context) -> Response:
    """Confirm the address that the link was mailed to, or move the account to it. No log-in is asked for."""
    await email_addresses.confirm(system, body.token, request_id=RequestId.of(request))
    return Response(status_code=204)


@router.post(
    "/email/resend",
    operation_id="resend_confirmation",
    status_code=202,
    responses=documented(AuthenticationRequired, EmailConfirmed, TooManyMails),
)
async def resend_confirmation(identity: Caller, request: Request, system: Context) -> MailPromise:
    """Mail another link that confirms your present address: three an hour, eight a day, the first one included."""
    await email_addresses.send_again(system, identity, request_id=RequestId.of(request))
    return _promise(f"A mail with a link is on its way to {identity.email}.")


@router.post(
    "/email/change",
    operation_id="change_email",
    status_code=202,
    responses=documented(AuthenticationRequired, WrongPassword, EmailTaken, TooManyMails, TooManyTries),
)
async def change_email(body: NewEmail, identity: Caller, request: Request, system: Context) -> MailPromise:
    """Mail a link to a new address. The account moves there when the link is used, and the old address is told."""
    await email_addresses.ask_for_change(
        system, identity, email=body.email, password=body.password, request_id=RequestId.of(request)
    )
    return _promise(f"A mail with a link is on its way to {body.email}. Nothing changes before it is used.")


@router.post(
    "/password/forgot",
    operation_id="forgot_password",
    status_code=202,
    dependencies=[public],
    responses=documented(),
)
async def forgot_password(body: LostPassword, request: Request, system: Context) -> MailPromise:
    """Mail a link that sets a new password. The answer, and its time, do not tell whether there is such an account."""
    await password_reset.ask(system, body.email, request_id=RequestId.of(request))
    return _promise(LOST)


@router.post(
    "/password/reset",
    operation_id="reset_password",
    status_code=204,
    dependencies=[public],
    responses=documented(UnknownLink, ExpiredLink, ClosedLink),
)
async def reset_password(body: PasswordReset, request: Request, system: Context) -> Response:
    """Set a new password by the link of a mail. Every session ends, and the owner is told by mail."""
    origin = origin_of(request, "bearer")
    await password_reset.reset(
        system, body.token, body.new_password, user_agent=origin.user_agent, request_id=origin.request_id
    )
    return Response(status_code=204)


@router.post(
    "/password/change",
    operation_id="change_password",
    status_code=204,
    responses=documented(AuthenticationRequired, WrongPassword, TooManyTries),
)
async def change_password(body: PasswordChange, identity: Caller, request: Request, system: Context) -> Response:
    """Replace your present password. Your other sessions end, and you are told by mail."""
    origin = origin_of(request, "bearer")
    await change(
        system,
        identity,
        password=body.password,
        new_password=body.new_password,
        user_agent=origin.user_agent,
        request_id=origin.request_id,
    )
    return Response(status_code=204)


def _promise(message: str) -> MailPromise:
    return MailPromise(message=message, expires_in_s=int(LIFE.total_seconds()))
