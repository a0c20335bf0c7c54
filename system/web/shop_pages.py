from typing import Annotated

from fastapi import APIRouter, Query, Response

from system.accounts.access import public
from system.catalogue import repository as catalogue
from system.web.rendering import AtDesk

router = APIRouter(include_in_schema=False)

_SCOPE = "page:pricing"
_PAGE = 24


@router.get("/pricing", dependencies=[public])
async def pricing(at: AtDesk, cursor: Annotated[str | None, Query(max_length=512)] = None) -> Response:
    after = at.system.cursors.decode(_SCOPE, cursor)
    async with at.system.db.statement() as conn:
        offers = await catalogue.list_offers(conn, after=after, limit=_PAGE + 1)
    following = at.system.cursors.next_after(_SCOPE, [offer.item_id for offer in offers], _PAGE)
    return at.page("pricing.html", offers=offers[:_PAGE], next_cursor=following)
