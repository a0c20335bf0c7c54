import contextlib
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from system.accounts import service, sessions
from system.accounts.access import public
from system.accounts.identity import PageCaller, cookie_name, origin_of
from system.accounts.problems import EmailTaken, InvalidCredentials, InvalidRefreshToken
from system.accounts.schemas import Login, SignUp
from system.catalogue import repository as catalogue
from system.kit.http import RequestId
from system.web.entrance import admitted, forget, welcomed
from system.web.fields import parsed
from system.web.guard import Posted
from system.web.notices import Told, notice
from system.web.rendering import AtDesk, go, own_path

router = APIRouter(include_in_schema=False)

Next = Annotated[str | None, Query(alias="next", max_length=1024)]
_FEATURED = 3


@router.get("/", dependencies=[public])
async def landing(at: AtDesk) -> Response:
    async with at.system.db.statement() as conn:
        featured = await catalogue.list_offers(conn, after=None, limit=_FEATURED)
    return at.page("landing.html", featured=featured)


@router.get("/sign-up", dependencies=[public])
async def show_sign_up(at: AtDesk, wanted: Next = None) -> Response:
    return at.page("sign_up.html", given={}, faults={}, next=own_path(wanted))


@router.post("/sign-up", dependencies=[public])
async def sign_up(at: AtDesk, fields: Posted, request: Request) -> Response:
    wanted = own_path(fields.get("next"))
    body, faults = parsed(SignUp, fields)
    if body is not None:
        try:
            opened = await service.sign_up(
                at.system,
                email=body.email,
                password=body.password,
                name=body.name,
                origin=origin_of(request, "cookie"),
            )
        except EmailTaken as taken:
            faults = {"email": f"{taken.title}. {taken.detail}"}
        else:
            return welcomed(at, opened, wanted)
    status = EmailTaken.status if body is not None else 422
    return at.page("sign_up.html", status=status, given=fields, faults=faults, next=wanted)


@router.get("/login", dependencies=[public])
async def show_login(at: AtDesk, wanted: Next = None, told: Told = None) -> Response:
    return at.page("login.html", given={}, refused=None, next=own_path(wanted), notice=notice(told))


@router.post("/login", dependencies=[public])
async def log_in(at: AtDesk, fields: Posted, request: Request) -> Response:
    wanted = own_path(fields.get("next"))
    body, _ = parsed(Login, fields)
    # An email that is none is looked for all the same: it gets the answer, and takes the time, of an unknown one.
    email, password = (body.email, body.password) if body else ("", "")
    try:
        admission = await service.log_in(at.system, email=email, password=password, origin=origin_of(request, "cookie"))
    except InvalidCredentials as refused:
        text = f"{refused.title}. {refused.detail}"
        return at.page("login.html", status=refused.status, given=fields, refused=text, next=wanted, notice=None)
    return admitted(at, admission, wanted)


@router.post("/logout")
async def log_out(at: AtDesk, reader: PageCaller, fields: Posted, request: Request) -> Response:
    name = cookie_name(at.system.settings)
    # A second tab may have been faster; the reader wanted to be logged out, and is.
    with contextlib.suppress(InvalidRefreshToken):
        await sessions.log_out(
            at.system,
            reader,
            request.cookies[name],
            everywhere=fields.get("everywhere") == "yes",
            request_id=RequestId.of(request),
        )
    response = go("/")
    forget(response, at.system.settings, name)
    return response
