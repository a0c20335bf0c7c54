"""What the links of mails lead to. Opening one uses nothing up: a mail scanner opens them all; a person presses."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from system.accounts import email_addresses, links, password_reset
from system.accounts.access import public
from system.accounts.identity import origin_of
from system.accounts.problems import EmailTaken, LinkRefused
from system.accounts.schemas import LostPassword, PasswordReset
from system.kit.http import RequestId
from system.kit.problems import Problem
from system.web.fields import parsed
from system.web.guard import Posted
from system.web.rendering import AtDesk, Desk, go

router = APIRouter(include_in_schema=False)

_MALFORMED = 422
Token = Annotated[str, Query(max_length=128)]


@router.get("/forgot-password", dependencies=[public])
async def show_forgot_password(at: AtDesk) -> Response:
    return at.page("forgot_password.html", sent_to=None, given={}, faults={})


@router.post("/forgot-password", dependencies=[public])
async def forgot_password(at: AtDesk, fields: Posted, request: Request) -> Response:
    body, faults = parsed(LostPassword, fields)
    if body is None:
        return at.page("forgot_password.html", status=_MALFORMED, sent_to=None, given=fields, faults=faults)
    await password_reset.ask(at.system, body.email, request_id=RequestId.of(request))
    return at.page("forgot_password.html", sent_to=body.email, given={}, faults={})


@router.get("/reset-password", dependencies=[public])
async def show_reset_password(at: AtDesk, token: Token = "") -> Response:
    try:
        link = await links.look(at.system, token, "reset_password")
    except LinkRefused as refused:
        return _refused(at, refused, "/forgot-password")
    return at.page("reset_password.html", token=token, email=link.email, faults={})


@router.post("/reset-password", dependencies=[public])
async def reset_password(at: AtDesk, fields: Posted, request: Request) -> Response:
    token = fields.get("token", "")
    body, faults = parsed(PasswordReset, fields)
    origin = origin_of(request, "cookie")
    try:
        if body is None:
            link = await links.look(at.system, token, "reset_password")
            return at.page("reset_password.html", status=_MALFORMED, token=token, email=link.email, faults=faults)
        await password_reset.reset(
            at.system, token, body.new_password, user_agent=origin.user_agent, request_id=origin.request_id
        )
    except LinkRefused as refused:
        return _refused(at, refused, "/forgot-password")
    return go("/login?told=password-set")


@router.get("/confirm-email", dependencies=[public])
async def show_confirm_email(at: AtDesk, token: Token = "") -> Response:
    try:
        link = await links.look(at.system, token, "confirm_email")
    except LinkRefused as refused:
        return _refused(at, refused, "/account")
    return at.page("confirm_email.html", token=token, email=link.email)


@router.post("/confirm-email", dependencies=[public])
async def confirm_email(at: AtDesk, fields: Posted, request: Request) -> Response:
    try:
        await email_addresses.confirm(at.system, fields.get("token", ""), request_id=RequestId.of(request))
    except (LinkRefused, EmailTaken) as refused:
        return _refused(at, refused, "/account")
    # Whoever opened the link in another browser is not logged in there, and is not logged in by it.
    return go("/account?told=email-confirmed" if at.reader else "/login?told=email-confirmed")


def _refused(at: Desk, refused: Problem, again: str) -> Response:
    return at.page("link_refused.html", status=refused.status, refused=refused, again=again)
