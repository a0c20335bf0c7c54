"""What the owner of a subscription asks of it, each by a form that acts once however often it is sent."""

from functools import partial
from typing import Any

import orjson
from fastapi import APIRouter, Response

from system.accounts.identity import PageCaller
from system.accounts.models import Identity
from system.kit.http import Body
from system.kit.ids import new_secret
from system.subscriptions import refunding, repository, service
from system.subscriptions.changing import Wish, change
from system.subscriptions.models import ChangeKind
from system.subscriptions.schemas import CancelOrder, EmptyOrder
from system.web.answers import once, scope_of
from system.web.fields import form_key
from system.web.guard import Posted
from system.web.rendering import AtDesk, Desk, for_a_subscriber, go
from system.web.standings import standing_of
from system.web.subscription_pages import subscription_page

router = APIRouter(include_in_schema=False, prefix="/subscription")

_REFUSED = 400


@router.get("/cancel")
async def show_cancel(at: AtDesk, reader: PageCaller) -> Response:
    """Show both ends: with the period, and now, with what comes back."""
    view = await service.current(at.system, reader.account_id)
    now = at.system.clock.now()
    standing = standing_of(view, now)
    if "cancel" not in standing.may:
        return go("/subscription")
    async with at.system.db.statement() as conn:
        subscription = await repository.get(conn, view.subscription_id)
        back = await refunding.would_return(conn, subscription, now)
    return at.page("subscription_cancel.html", view=view, standing=standing, back=back, new_key=new_secret)


@router.post("/cancel")
async def cancel(at: AtDesk, reader: PageCaller, fields: Posted) -> Response:
    at_once = fields.get("at") == "now"
    refund = at_once and fields.get("refund") == "yes"
    order = CancelOrder(at="now" if at_once else "period_end", refund=refund)
    wish = Wish("cancel_now" if at_once else "cancel", refund=refund)
    told = "subscription-ended" if at_once else "subscription-ending"
    return await _asked(at, reader, fields, wish, order, told=told)


@router.post("/uncancel")
async def uncancel(at: AtDesk, reader: PageCaller, fields: Posted) -> Response:
    return await _plainly(at, reader, fields, "uncancel", told="subscription-kept")


@router.post("/keep-plan")
async def keep_plan(at: AtDesk, reader: PageCaller, fields: Posted) -> Response:
    return await _plainly(at, reader, fields, "keep_plan", told="plan-kept")


@router.post("/pause")
async def pause(at: AtDesk, reader: PageCaller, fields: Posted) -> Response:
    return await _plainly(at, reader, fields, "pause", told="subscription-paused")


@router.post("/resume")
async def resume(at: AtDesk, reader: PageCaller, fields: Posted) -> Response:
    return await _plainly(at, reader, fields, "resume", told="subscription-resumed")


async def _plainly(at: Desk, reader: Identity, fields: Posted, kind: ChangeKind, *, told: str) -> Response:
    return await _asked(at, reader, fields, Wish(kind), EmptyOrder(), told=told)


async def _asked(at: Desk, reader: Identity, fields: Posted, wish: Wish, order: Body, *, told: str) -> Response:
    """Ask once, and show the subscription with what came of it."""
    scope = scope_of(at.request, reader.account_id, f"subscription-{wish.kind}", form_key(fields), order)
    answer = await once(partial(change, at.system, reader, wish, scope))
    if answer.status < _REFUSED:
        return go(f"/subscription?told={told}")
    problem: dict[str, Any] = orjson.loads(answer.body)
    return await subscription_page(at, reader, fault=for_a_subscriber(problem), status=answer.status)
