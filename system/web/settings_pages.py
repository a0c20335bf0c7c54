from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from system.accounts import email_addresses, password_change, service, sessions
from system.accounts.identity import PageCaller, origin_of
from system.accounts.models import Identity
from system.accounts.problems import (
    CurrentSession,
    EmailConfirmed,
    EmailTaken,
    TooManyMails,
    TooManyTries,
    WrongPassword,
)
from system.accounts.schemas import NewEmail, PasswordChange
from system.accounts.second_factor import switching
from system.accounts.session_endpoints import SessionId
from system.kit.http import RequestId
from system.kit.problems import InvalidRequest
from system.web.fields import parsed
from system.web.guard import Posted
from system.web.notices import Told, notice
from system.web.rendering import AtDesk, Desk, go

router = APIRouter(include_in_schema=False)

_SHOWN = 50
_MALFORMED = 422
_NOTHING: Mapping[str, str] = {}


@router.get("/account")
async def show_account(at: AtDesk, reader: PageCaller, told: Told = None) -> Response:
    return await _account(at, reader, told=told)


@router.post("/account/confirmation")
async def send_again(at: AtDesk, reader: PageCaller, _: Posted, request: Request) -> Response:
    try:
        await email_addresses.send_again(at.system, reader, request_id=RequestId.of(request))
    except EmailConfirmed:
        return go("/account?told=email-confirmed")
    except TooManyMails as refused:
        page = await _account(at, reader, status=refused.status, address_faults={"confirmation": refused.detail})
        page.headers.update(refused.headers)
        return page
    return go("/account?told=mail-sent")


@router.post("/account/email")
async def change_email(at: AtDesk, reader: PageCaller, fields: Posted, request: Request) -> Response:
    body, faults = parsed(NewEmail, fields)
    if body is None:
        return await _account(at, reader, status=_MALFORMED, given=fields, address_faults=faults)
    try:
        await email_addresses.ask_for_change(
            at.system, reader, email=body.email, password=body.password, request_id=RequestId.of(request)
        )
    except (WrongPassword, TooManyTries) as refused:
        faults = {"password": f"{refused.title}. {refused.detail}"}
    except (EmailTaken, TooManyMails) as refused:
        faults = {"email": refused.detail}
    except InvalidRequest:
        faults = {"email": "This is your address already."}
    else:
        return go("/account?told=change-sent")
    return await _account(at, reader, status=_MALFORMED, given=fields, address_faults=faults)


@router.post("/account/password")
async def change_password(at: AtDesk, reader: PageCaller, fields: Posted, request: Request) -> Response:
    body, faults = parsed(PasswordChange, fields)
    if body is None:
        return await _account(at, reader, status=_MALFORMED, password_faults=faults)
    origin = origin_of(request, "cookie")
    try:
        await password_change.change_password(
            at.system,
            reader,
            password=body.password,
            new_password=body.new_password,
            user_agent=origin.user_agent,
            request_id=origin.request_id,
        )
    except (WrongPassword, TooManyTries) as refused:
        words = f"{refused.title}. {refused.detail}"
        return await _account(at, reader, status=_MALFORMED, password_faults={"password": words})
    return go("/account?told=password-changed")


@router.post("/account/sessions/{session_id}/end")
async def end_session(at: AtDesk, reader: PageCaller, session_id: SessionId, _: Posted, request: Request) -> Response:
    try:
        await sessions.end(at.system, reader, session_id, request_id=RequestId.of(request))
    except CurrentSession as refused:
        return at.problem(refused.body(instance=request.url.path, request_id=RequestId.of(request)))
    return go("/account?told=session-ended")


async def _account(
    at: Desk,
    reader: Identity,
    *,
    status: int = 200,
    told: str | None = None,
    given: Mapping[str, str] = _NOTHING,
    address_faults: Mapping[str, str] = _NOTHING,
    password_faults: Mapping[str, str] = _NOTHING,
) -> Response:
    return at.page(
        "account.html",
        status=status,
        account=await service.get_account(at.system, reader.account_id),
        second_factor=await switching.standing(at.system, reader),
        sessions=await sessions.list_live(at.system, reader, before=None, limit=_SHOWN),
        notice=notice(told),
        given=given,
        address_faults=address_faults,
        password_faults=password_faults,
    )
