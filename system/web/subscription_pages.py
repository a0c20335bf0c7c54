"""The page of one's own subscription, and the one that meets its owner after the processor's."""

from contextlib import suppress

from fastapi import APIRouter, Request, Response

from system.accounts.identity import PageCaller
from system.accounts.models import Identity
from system.audit.service import Actor
from system.kit.http import RequestId
from system.kit.ids import new_secret
from system.kit.problems import ServiceUnavailable
from system.subscriptions import invoice_repository, plan_repository, repository, service
from system.subscriptions.pricing import read_pricing
from system.subscriptions.views import view_of
from system.web.notices import Told, notice
from system.web.rendering import AtDesk, Desk
from system.web.standings import standing_of

router = APIRouter(include_in_schema=False, prefix="/subscription")

_INVOICES = 12
_LOOK_AGAIN_S = 4


@router.get("")
async def show(at: AtDesk, reader: PageCaller, told: Told = None) -> Response:
    return await subscription_page(at, reader, told=notice(told))


@router.get("/return")
async def come_back(at: AtDesk, reader: PageCaller, request: Request) -> Response:
    """Meet the subscriber after the processor's page. Coming here proves nothing: the processor is asked."""
    actor = Actor(reader.account_id, RequestId.of(request))
    # Where it does not say now, the page shows what is known and looks again.
    with suppress(ServiceUnavailable):
        await service.refresh(at.system, reader.account_id, actor=actor)
    view = await service.current(at.system, reader.account_id)
    standing = standing_of(view, at.system.clock.now())
    page = at.page("subscription_return.html", view=view, standing=standing, key=new_secret())
    if standing.kind == "asked":
        page.headers["Refresh"] = str(_LOOK_AGAIN_S)
    return page


async def subscription_page(
    at: Desk, reader: Identity, *, told: str | None = None, fault: str | None = None, status: int = 200
) -> Response:
    """Show the subscription as it is, with what has just been done to it, or why it could not be."""
    async with at.system.db.statement() as conn:
        found = await repository.find_latest(conn, reader.account_id)
        view = await view_of(conn, found) if found else None
        plans = await plan_repository.list_current(conn)
        tiers = {priced.tier.tier: priced for priced in await read_pricing(conn)}
        invoices = await invoice_repository.list_of_account(conn, reader.account_id, limit=_INVOICES)
    if view is None:
        return at.page("no_subscription.html", status=status, fault=fault)
    return at.page(
        "subscription.html",
        status=status,
        view=view,
        standing=standing_of(view, at.system.clock.now()),
        tier=tiers[view.plan.tier],
        others=[plan for plan in plans if plan.price_id != view.plan.price_id],
        invoices=invoices,
        notice=told,
        fault=fault,
        new_key=new_secret,
    )
