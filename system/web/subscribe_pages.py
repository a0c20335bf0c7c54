from functools import partial
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from system.accounts.identity import PageCaller
from system.accounts.models import Identity
from system.audit.service import Actor
from system.kit.http import RequestId
from system.kit.ids import new_secret
from system.kit.problems import InvalidRequest, NotFound
from system.payments.schemas import PriceId
from system.subscriptions import pages, plan_repository, repository, trials
from system.subscriptions.models import Plan
from system.subscriptions.problems import NotAPlan
from system.subscriptions.schemas import SubscriptionOrder
from system.subscriptions.subscribing import subscribe
from system.web.answers import once, scope_of
from system.web.fields import form_key, whole_number
from system.web.guard import Posted
from system.web.rendering import AtDesk, Desk, go

router = APIRouter(include_in_schema=False)

_REFUSED = 400


@router.get("/subscribe/{price_id}")
async def show_plan(
    at: AtDesk, reader: PageCaller, price_id: PriceId, trial: Annotated[Literal["yes", "no"], Query()] = "yes"
) -> Response:
    """Show what is subscribed to, how much and how often, with a key in the form: sent twice, it subscribes once."""
    async with at.system.db.statement() as conn:
        plan = await _sold(at, price_id)
        held = await repository.find_live(conn, reader.account_id)
        begun_with = await plan_repository.get(conn, held.price_id) if held else None
        has_trial = plan.trial_days > 0 and await trials.is_free(conn, reader.account_id, reader.email)
    if plan.price_id != price_id:
        return go(f"/subscribe/{plan.price_id}")
    if held is not None and not pages.is_open(held):
        return go("/subscription" if held.price_id == price_id else f"/subscription/change/{price_id}")
    return at.page(
        "subscribe.html", plan=plan, has_trial=has_trial, trial=has_trial and trial == "yes", open=begun_with,
        key=new_secret(),
    )  # fmt: skip


@router.post("/subscribe/{price_id}")
async def begin(at: AtDesk, reader: PageCaller, price_id: PriceId, fields: Posted, request: Request) -> Response:
    """Send the reader to the processor's page, where the card is typed."""
    order = _order(price_id, whole_number(fields, "amount"), fields.get("currency", ""), fields.get("trial") == "yes")
    scope = scope_of(request, reader.account_id, "subscribe", form_key(fields), order)
    answer = await once(partial(subscribe, at.system, reader, order, scope))
    told: dict[str, Any] = orjson.loads(answer.body)
    if answer.status >= _REFUSED:
        return await _refused(at, reader, order, told)
    return go(told["next_action"]["url"] if told["next_action"] else "/subscription/return")


@router.post("/subscription/start-over")
async def start_over(at: AtDesk, reader: PageCaller, fields: Posted, request: Request) -> Response:
    """Close the page that is open, and choose again; one that was paid a moment before has begun."""
    form_key(fields)
    async with at.system.db.statement() as conn:
        held = await repository.find_live(conn, reader.account_id)
    if held is None:
        return go("/pricing")
    actor = Actor(reader.account_id, RequestId.of(request))
    given_up = await pages.give_up(at.system, held.subscription_id, actor=actor)
    return go("/subscription" if given_up.is_live else "/pricing")


async def _sold(at: Desk, price_id: str) -> Plan:
    """Return the plan at this price, or at the one that has replaced it."""
    async with at.system.db.statement() as conn:
        plan = await plan_repository.find(conn, price_id)
        if plan is None:
            raise NotAPlan(f"{price_id} is no price of a plan; the plans are at /api/subscriptions/pricing.")
        current = plan if plan.current else await plan_repository.current(conn, plan.item_id)
    if current is None:
        raise NotFound(f"{plan.name} is no longer sold.")
    return current


def _order(price_id: str, amount: int, currency: str, trial: bool) -> SubscriptionOrder:  # noqa: FBT001 - one private caller
    try:
        return SubscriptionOrder(price_id=price_id, expected_amount=amount, expected_currency=currency, trial=trial)
    except ValidationError:
        raise InvalidRequest.field("form", "This form was changed on its way; reload the page.") from None


async def _refused(at: Desk, reader: Identity, order: SubscriptionOrder, told: dict[str, Any]) -> Response:
    """Lead a reader with a second tab to the page that is open already, if it is for the same."""
    if told["type"] == "/problems/subscription-exists" and told.get("url"):
        async with at.system.db.statement() as conn:
            held = await repository.find_live(conn, reader.account_id)
        if held is not None and pages.is_open(held) and held.price_id == order.price_id:
            return go(told["url"])
    return at.problem(told)
