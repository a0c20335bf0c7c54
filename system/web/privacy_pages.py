"""A person's own data: taken away as a file, or erased."""

from fastapi import APIRouter, Request, Response

from system.accounts.identity import PageCaller, cookie_name
from system.accounts.problems import TooManyTries, WrongPassword
from system.kit.http import RequestId
from system.kit.problems import Problem
from system.privacy import erasure
from system.privacy.export import export
from system.privacy.problems import MoneyUndecided, RecentLoginRequired, SubscriptionLive
from system.web.entrance import forget
from system.web.guard import Posted
from system.web.rendering import AtDesk, Desk

router = APIRouter(include_in_schema=False)

_MALFORMED = 422
_SURE = "yes"
_UNSURE = "Tick the box if you are sure: this cannot be undone."


@router.get("/account/data")
async def show_data(at: AtDesk, _: PageCaller) -> Response:
    return _page(at)


@router.get("/account/data/export")
async def take_along(at: AtDesk, reader: PageCaller, request: Request) -> Response:
    data = await export(at.system, reader, request_id=RequestId.of(request))
    name = f"my-data-{data.exported_at:%Y-%m-%d}.json"
    return Response(
        data.model_dump_json(indent=2),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post("/account/data/erasure")
async def erase(at: AtDesk, reader: PageCaller, fields: Posted, request: Request) -> Response:
    if fields.get("sure") != _SURE:
        return _page(at, status=_MALFORMED, unsure=_UNSURE)
    try:
        await erasure.erase(at.system, reader, fields.get("password") or None, request_id=RequestId.of(request))
    except (WrongPassword, RecentLoginRequired) as refused:
        return _page(at, status=_MALFORMED, refused=refused)
    except (TooManyTries, MoneyUndecided, SubscriptionLive) as refused:
        return _page(at, status=refused.status, refused=refused)
    at.reader = None
    page = at.page("erased.html")
    forget(page, at.system.settings, cookie_name(at.system.settings))
    return page


def _page(at: Desk, *, status: int = 200, refused: Problem | None = None, unsure: str | None = None) -> Response:
    return at.page("data.html", status=status, refused=refused, unsure=unsure)
