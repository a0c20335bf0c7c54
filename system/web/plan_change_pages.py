"""Another plan: what it costs now, to the cent, and a button that charges exactly that."""

from functools import partial
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from system.accounts.identity import PageCaller
from system.accounts.models import Identity
from system.kit.ids import new_secret
from system.kit.problems import InvalidRequest
from system.payments.schemas import PriceId
from system.subscriptions import quoting, service
from system.subscriptions.answers import quote_view
from system.subscriptions.changing import Wish, change
from system.subscriptions.schemas import ChangeOrder
from system.web.answers import once, scope_of
from system.web.fields import form_key
from system.web.guard import Posted
from system.web.rendering import AtDesk, Desk, for_a_subscriber, go

router = APIRouter(include_in_schema=False, prefix="/subscription/change")

_REFUSED = 400
_EXPIRED = "/problems/quote-expired"
_DECLINED = "/problems/payment-declined"


@router.get("/{price_id}")
async def show_quote(at: AtDesk, reader: PageCaller, price_id: PriceId) -> Response:
    return await _quoted(at, reader, price_id)


@router.post("/{price_id}")
async def confirm(at: AtDesk, reader: PageCaller, price_id: PriceId, fields: Posted, request: Request) -> Response:
    """Change to what was quoted, for exactly that; a quote that no longer holds is replaced by one that does."""
    order = _order(fields.get("quote_id", ""))
    scope = scope_of(request, reader.account_id, "subscription-change", form_key(fields), order)
    answer = await once(partial(change, at.system, reader, Wish(None, quote_id=order.quote_id), scope))
    told: dict[str, Any] = orjson.loads(answer.body)
    if answer.status < _REFUSED:
        is_to_come = told["scheduled"] is not None
        return go(f"/subscription?told={'plan-scheduled' if is_to_come else 'plan-changed'}")
    if told["type"] in (_EXPIRED, _DECLINED):
        return await _quoted(at, reader, price_id, fault=for_a_subscriber(told), status=answer.status)
    return at.problem(told)


def _order(quote_id: str) -> ChangeOrder:
    try:
        return ChangeOrder(quote_id=quote_id)
    except ValidationError:
        raise InvalidRequest.field("form.quote_id", "This form was changed on its way; reload the page.") from None


async def _quoted(
    at: Desk, reader: Identity, price_id: str, *, fault: str | None = None, status: int = 200
) -> Response:
    quote, plan = await quoting.preview(at.system, reader.account_id, price_id)
    return at.page(
        "subscription_change.html",
        status=status,
        view=await service.current(at.system, reader.account_id),
        quote=quote_view(quote, plan),
        fault=fault,
        key=new_secret(),
    )
