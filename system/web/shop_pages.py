from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from system.accounts.access import public
from system.accounts.identity import PageCaller
from system.accounts.models import Identity
from system.audit.service import Actor
from system.catalogue import repository as catalogue
from system.catalogue.models import Offer
from system.kit.http import RequestId
from system.kit.ids import new_secret
from system.kit.problems import InvalidRequest, NotFound
from system.payments import service
from system.payments.inquiry import refresh
from system.payments.process import process
from system.payments.schemas import Order, PaymentId
from system.subscriptions.pricing import read_pricing
from system.web.answers import once, scope_of
from system.web.fields import form_key, whole_number
from system.web.guard import Posted
from system.web.rendering import AtDesk, Desk, go

router = APIRouter(include_in_schema=False)

_SCOPE = "page:pricing"
_PAGE = 24
_REFUSED = 400
_LOOK_AGAIN_S = 4
_UNDECIDED = frozenset({"processing", "uncertain"})


@router.get("/pricing", dependencies=[public])
async def pricing(at: AtDesk, cursor: Annotated[str | None, Query(max_length=512)] = None) -> Response:
    """Show what can be had; what is no long list, plans and free courses, on the first page alone."""
    after = at.system.cursors.decode(_SCOPE, cursor)
    async with at.system.db.statement() as conn:
        offers = await catalogue.list_offers(conn, after=after, limit=_PAGE + 1)
        tiers = () if after else await read_pricing(conn)
        free_courses = [] if after else await catalogue.list_free_courses(conn)
    following = at.system.cursors.next_after(_SCOPE, [offer.item_id for offer in offers], _PAGE)
    return at.page(
        "pricing.html",
        tiers=tiers,
        offers=offers[:_PAGE],
        free_courses=free_courses,
        next_cursor=following,
    )


@router.get("/checkout/{price_id}")
async def show_checkout(at: AtDesk, _: PageCaller, price_id: PaymentId) -> Response:
    """Show what is bought and for how much, with a key in the form: it pays once, however often it is sent."""
    offer = await _offer(at, price_id)
    if offer.kind == "plan":
        return go(f"/subscribe/{offer.price_id}")
    if offer.price_id != price_id:
        return go(f"/checkout/{offer.price_id}")
    return at.page("checkout.html", offer=offer, key=new_secret())


@router.post("/checkout/{price_id}")
async def pay(at: AtDesk, reader: PageCaller, price_id: PaymentId, fields: Posted, request: Request) -> Response:
    """Begin the payment and send the buyer to the processor's page, where the card is typed."""
    order = _order(price_id, whole_number(fields, "amount"), fields.get("currency", ""))
    scope = scope_of(request, reader.account_id, "checkout", form_key(fields), order)
    answer = await once(partial(process, at.system, reader, order, scope))
    told: dict[str, Any] = orjson.loads(answer.body)
    if answer.status >= _REFUSED:
        return await _refused(at, reader, order, told)
    if told["status"] == "requires_action":
        return go(told["next_action"]["url"])
    return go(f"/payments/return?payment_id={told['payment_id']}")


@router.get("/payments/return")
async def come_back(
    at: AtDesk, reader: PageCaller, request: Request, payment_id: Annotated[PaymentId, Query()]
) -> Response:
    """Meet the buyer after the processor's page. What the address says counts nothing: the processor is asked."""
    own = await service.get(at.system, payment_id, account_id=reader.account_id)
    actor = Actor(reader.account_id, RequestId.of(request))
    payment = await refresh(at.system, own.payment_id, actor=actor)
    page = at.page("return.html", payment=payment)
    if payment.status in _UNDECIDED:
        # Every browser obeys this without a script; the page says that it does so, and has a link for whoever stops it.
        page.headers["Refresh"] = str(_LOOK_AGAIN_S)
    return page


async def _offer(at: Desk, price_id: str) -> Offer:
    """Return the price, or the one that replaced it."""
    async with at.system.db.statement() as conn:
        offer = await catalogue.find_offer(conn, price_id)
        if offer is not None and not offer.current:
            offer = await catalogue.current_offer(conn, offer.item_id)
    if offer is None:
        raise NotFound("There is no such price.")
    return offer


def _order(price_id: str, amount: int, currency: str) -> Order:
    try:
        return Order(price_id=price_id, expected_amount=amount, expected_currency=currency)
    except ValidationError:
        raise InvalidRequest.field("form", "This form was changed on its way; reload the page.") from None


async def _refused(at: Desk, reader: Identity, order: Order, told: dict[str, Any]) -> Response:
    """Lead a buyer with a second tab to the page that is open already, if it asks for what this one showed."""
    if told["type"] == "/problems/payment-open" and told.get("url"):
        other = await service.get(at.system, told["payment_id"], account_id=reader.account_id)
        if (other.amount, other.currency) == (order.expected_amount, order.expected_currency):
            return go(told["url"])
    return at.problem(told)
