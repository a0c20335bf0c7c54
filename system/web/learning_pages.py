from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse

from system.accounts.identity import PageCaller
from system.entitlements.access import require_page_feature
from system.learning import service
from system.learning.access import OpenCoursePage
from system.learning.offline import as_attachment, as_file
from system.web.rendering import AtDesk

router = APIRouter(include_in_schema=False, prefix="/learn")

_SCOPE = "page:learn"
_PAGE = 24


@router.get("")
async def shelf(
    at: AtDesk, reader: PageCaller, cursor: Annotated[str | None, Query(max_length=512)] = None
) -> Response:
    """Show all courses, and which of them are open to the reader."""
    after = at.system.cursors.decode(_SCOPE, cursor)
    found = await service.shelf(at.system, reader.account_id, after=after, limit=_PAGE + 1)
    following = at.system.cursors.next_after(_SCOPE, [each.course.item_id for each in found], _PAGE)
    return at.page("learn.html", shelf=found[:_PAGE], next_cursor=following)


@router.get("/{item_id}")  # noqa: FAST003 - the guard takes it
async def read(at: AtDesk, course: OpenCoursePage) -> Response:
    lessons = await service.lessons_of(at.system, course)
    return at.page("course.html", course=course, lessons=lessons)


@router.get("/{item_id}/offline", dependencies=[Depends(require_page_feature("offline_access"))])  # noqa: FAST003 - see read
async def take_along(at: AtDesk, course: OpenCoursePage) -> Response:
    lessons = await service.lessons_of(at.system, course)
    return HTMLResponse(as_file(course, lessons), headers=as_attachment(course))
