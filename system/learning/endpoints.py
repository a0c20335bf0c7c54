from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from system.accounts.identity import Caller
from system.catalogue.problems import NoSuchCourse
from system.context import Context
from system.entitlements.access import require_feature
from system.entitlements.problems import FeatureLocked
from system.kit.pagination import CursorText, Limit, Page
from system.kit.problems import AuthenticationRequired, documented
from system.learning import service
from system.learning.access import OpenCourse
from system.learning.models import Shelved
from system.learning.offline import as_attachment, as_file
from system.learning.problems import CourseLocked
from system.learning.schemas import CourseContent, LessonView, ShelvedCourse

router = APIRouter(prefix="/api/learning", tags=["learning"])

_SCOPE = "learning:courses"


@router.get("/courses", operation_id="list_courses", responses=documented(AuthenticationRequired))
async def list_courses(
    identity: Caller, system: Context, limit: Limit = 20, cursor: CursorText = None
) -> Page[ShelvedCourse]:
    """List every course, free or sold, with whether it is open to you."""
    after = system.cursors.decode(_SCOPE, cursor)
    found = await service.shelf(system, identity.account_id, after=after, limit=limit + 1)
    following = system.cursors.next_after(_SCOPE, [each.course.item_id for each in found], limit)
    return Page(items=[_shelved(each) for each in found[:limit]], next_cursor=following)


@router.get(
    "/courses/{item_id}",  # noqa: FAST003 - the guard takes it
    operation_id="read_course",
    responses=documented(AuthenticationRequired, CourseLocked, NoSuchCourse),
)
async def read_course(course: OpenCourse, system: Context) -> CourseContent:
    """Read a course that you bought, that your plan covers, or that is free."""
    lessons = await service.lessons_of(system, course)
    return CourseContent(
        item_id=course.item_id,
        name=course.name,
        description=course.description,
        lessons=[LessonView.model_validate(lesson) for lesson in lessons],
        offline_url=f"{router.prefix}/courses/{course.item_id}/offline",
    )


@router.get(
    "/courses/{item_id}/offline",  # noqa: FAST003 - the guard takes it
    operation_id="take_course_along",
    dependencies=[Depends(require_feature("offline_access"))],
    response_class=HTMLResponse,
    responses=documented(AuthenticationRequired, CourseLocked, FeatureLocked, NoSuchCourse),
)
async def take_along(course: OpenCourse, system: Context) -> HTMLResponse:
    """Take a course along: one HTML file that needs no network."""
    lessons = await service.lessons_of(system, course)
    return HTMLResponse(as_file(course, lessons), headers=as_attachment(course))


def _shelved(shelved: Shelved) -> ShelvedCourse:
    course = shelved.course
    return ShelvedCourse(
        item_id=course.item_id,
        name=course.name,
        description=course.description,
        free=course.free,
        price_id=course.price_id,
        amount=course.amount,
        currency=course.currency,
        open=shelved.is_open,
    )
