from fastapi import APIRouter

from system.accounts.access import public
from system.catalogue import repository
from system.catalogue.schemas import Item
from system.context import Context
from system.kit.pagination import CursorText, Limit, Page
from system.kit.problems import documented

router = APIRouter(prefix="/api/catalogue", tags=["catalogue"], responses=documented())

_SCOPE = "catalogue"


@router.get("/items", operation_id="list_items", dependencies=[public])
async def list_items(system: Context, limit: Limit = 20, cursor: CursorText = None) -> Page[Item]:
    """List what is for sale, at today's prices."""
    after = system.cursors.decode(_SCOPE, cursor)
    async with system.db.transaction() as conn:
        offers = await repository.list_offers(conn, after=after, limit=limit + 1)
    following = system.cursors.next_after(_SCOPE, [offer.item_id for offer in offers], limit)
    return Page(items=[Item.model_validate(offer) for offer in offers[:limit]], next_cursor=following)
