from collections.abc import Sequence

from system.catalogue import service as catalogue
from system.catalogue.models import Course
from system.context import System
from system.entitlements import service as entitlements
from system.learning import repository
from system.learning.models import Lesson, Shelved
from system.learning.problems import CourseLocked


async def open_course(system: System, account_id: str, item_id: str) -> Course:
    """Return a course that is open to the account; raise NoSuchCourse, or CourseLocked with what would open it."""
    now = system.clock.now()
    async with system.db.statement() as conn:
        course = await catalogue.get_course(conn, item_id)
        if await entitlements.is_course_open(conn, account_id, course, now):
            return course
        why = await entitlements.explain_course(conn, account_id, course, now)
    raise CourseLocked.of(course, why.tier)


async def lessons_of(system: System, course: Course) -> list[Lesson]:
    async with system.db.statement() as conn:
        return await repository.list_lessons(conn, course.item_id)


async def shelf(system: System, account_id: str, *, after: str | None, limit: int) -> Sequence[Shelved]:
    """Return the courses behind `after`, each with whether it is open to the account."""
    async with system.db.statement() as conn:
        courses = await catalogue.list_courses(conn, after=after, limit=limit)
        open_ones = await entitlements.open_among(conn, account_id, courses, system.clock.now())
    return [Shelved(course, course.item_id in open_ones) for course in courses]
