"""The guard of what belongs to one course: open to whoever bought it, has a plan that covers it, or if it is free."""

from typing import Annotated

from fastapi import Depends

from system.accounts.access import needs_course
from system.accounts.identity import Caller, PageCaller
from system.catalogue.models import Course
from system.catalogue.schemas import ItemId
from system.context import Context
from system.learning import service


@needs_course
async def open_course(system: Context, identity: Caller, item_id: ItemId) -> Course:
    """Return the course that the path names; NoSuchCourse, or CourseLocked with what would open it."""
    return await service.open_course(system, identity.account_id, item_id)


@needs_course
async def open_course_page(system: Context, identity: PageCaller, item_id: ItemId) -> Course:
    """Return the same for a page; a reader whom it is closed to is shown what would open it."""
    return await service.open_course(system, identity.account_id, item_id)


OpenCourse = Annotated[Course, Depends(open_course)]
OpenCoursePage = Annotated[Course, Depends(open_course_page)]
