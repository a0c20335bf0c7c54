"""Logging in at a provider, and linking such a log-in to an account. Each refusal is a page that says what to do."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from system.accounts.access import public
from system.accounts.identity import PageCaller, origin_of
from system.accounts.oauth import flow, linking
from system.accounts.oauth.joining import let_in
from system.accounts.oauth.problems import AddressUnconfirmed, LastWayIn, ProviderAway
from system.accounts.problems import TooManyTries, WrongPassword
from system.kit.http import RequestId
from system.kit.problems import Problem
from system.settings import Settings
from system.web.entrance import admitted, forget
from system.web.guard import Posted
from system.web.notices import Told, notice
from system.web.rendering import AtDesk, Desk, go, own_path, set_cookie

router = APIRouter(include_in_schema=False)

_MALFORMED = 422
Next = Annotated[str | None, Query(alias="next", max_length=1024)]


class CallbackQuery(BaseModel):
    """RFC 6749, 4.1.2; RFC 9207. What else a provider adds is no matter of ours."""

    state: Annotated[str, Query(max_length=128)] = ""
    code: Annotated[str | None, Query(max_length=4096)] = None
    error: Annotated[str | None, Query(max_length=256)] = None
    iss: Annotated[str | None, Query(max_length=512)] = None


def ticket_cookie_name(settings: Settings) -> str:
    """Kept while the browser is open; its age is signed into it. See `cookie_name` for the prefix."""
    return "__Host-oauth" if settings.public_url.scheme == "https" else "oauth"


@router.get("/login/provider", dependencies=[public])
async def go_to_provider(at: AtDesk, wanted: Next = None) -> Response:
    try:
        departure = await flow.depart(at.system, "log_in", own_path(wanted))
    except Problem as refused:
        return _refused(at, refused)
    return _departed(at, go(departure.url), departure)


@router.get(flow.CALLBACK, dependencies=[public])
async def come_back(at: AtDesk, query: Annotated[CallbackQuery, Query()], request: Request) -> Response:
    answer = flow.ProviderAnswer(query.state, query.code, query.error, query.iss)
    settings = at.system.settings
    try:
        ticket, claims = await flow.arrive(at.system, answer, request.cookies.get(ticket_cookie_name(settings), ""))
        if ticket.purpose == "link":
            await linking.finish(at.system, at.reader, ticket, claims, request_id=RequestId.of(request))
            response: Response = go(f"{linking.AFTERWARDS}?told=provider-linked")
        else:
            admission = await let_in(at.system, claims, origin_of(request, "cookie"))
            response = admitted(at, admission, own_path(ticket.next_path))
    except Problem as refused:
        return _refused(at, refused)
    forget(response, settings, ticket_cookie_name(settings))
    return response


@router.get("/account/provider")
async def show_link(at: AtDesk, reader: PageCaller, told: Told = None) -> Response:
    return await _link_page(at, reader, told=told)


@router.post("/account/provider")
async def begin_link(at: AtDesk, reader: PageCaller, fields: Posted, request: Request) -> Response:
    password = fields.get("password", "")
    try:
        departure = await linking.begin(at.system, reader, password, request_id=RequestId.of(request))
    except WrongPassword as refused:
        return await _link_page(at, reader, refused=refused, status=_MALFORMED)
    except (TooManyTries, AddressUnconfirmed, ProviderAway) as refused:
        return await _link_page(at, reader, refused=refused, status=refused.status)
    # A page with a link and not a redirect: `form-action` of our policy would stop a form that ends at the provider.
    page = at.page("provider_leave.html", url=departure.url)
    return _departed(at, page, departure)


@router.post("/account/provider/unlink")
async def unlink(at: AtDesk, reader: PageCaller, _: Posted, request: Request) -> Response:
    try:
        await linking.unlink(at.system, reader, request_id=RequestId.of(request))
    except LastWayIn as refused:
        return await _link_page(at, reader, refused=refused, status=refused.status)
    return go(f"{linking.AFTERWARDS}?told=provider-unlinked")


async def _link_page(
    at: Desk, reader: PageCaller, *, status: int = 200, told: str | None = None, refused: Problem | None = None
) -> Response:
    return at.page(
        "provider_link.html",
        status=status,
        linked=await linking.list_linked(at.system, reader),
        notice=notice(told),
        refused=refused,
    )


def _refused(at: Desk, refused: Problem) -> Response:
    page = at.page("provider_refused.html", status=refused.status, refused=refused)
    page.headers.update(refused.headers)
    return page


def _departed(at: Desk, response: HTMLResponse | RedirectResponse, departure: flow.Departure) -> Response:
    set_cookie(response, at.system, ticket_cookie_name(at.system.settings), departure.ticket)
    return response
