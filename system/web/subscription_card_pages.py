"""Another card: typed on the processor's page, and used when its owner comes back."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from system.accounts.identity import PageCaller
from system.audit.service import Actor
from system.kit.http import RequestId
from system.subscriptions import cards, service
from system.web.guard import Posted
from system.web.rendering import AtDesk, go
from system.web.subscription_pages import subscription_page

router = APIRouter(include_in_schema=False, prefix="/subscription")

SessionId = Annotated[str, Query(pattern=r"^cs_[A-Za-z0-9_]{1,250}$")]
_STILL_OWED = "The card is stored, but it was declined for what is owed. Pay now by hand, or use another card."
_NOT_TAKEN = "No card was stored; the one before stays in use."


@router.post("/card-page")
async def open_page(at: AtDesk, reader: PageCaller, _: Posted) -> Response:
    return go(await cards.open_page(at.system, reader.account_id))


@router.get("/card")
async def adopt(at: AtDesk, reader: PageCaller, request: Request, session_id: SessionId) -> Response:
    """Use the card of the page. Only one that was typed for this customer can be: the processor refuses any other."""
    own = await service.current(at.system, reader.account_id)
    actor = Actor(reader.account_id, RequestId.of(request))
    adopted = await cards.adopt(at.system, own.subscription_id, session_id, actor=actor)
    if not adopted.card_is_used:
        return await subscription_page(at, reader, fault=_NOT_TAKEN)
    if adopted.subscription.open_invoice_id is not None:
        return await subscription_page(at, reader, fault=_STILL_OWED)
    return go("/subscription?told=card-changed")
