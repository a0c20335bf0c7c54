"""A course as one file: no address in it leads to a server, so that it reads the same on a train."""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from system.catalogue.models import Course
from system.learning.models import Lesson

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def as_file(course: Course, lessons: Sequence[Lesson]) -> str:
    return _TEMPLATES.get_template("offline.html").render(course=course, lessons=lessons)


def as_attachment(course: Course) -> dict[str, str]:
    """Return the header that makes a browser keep the answer as a file; ids are of letters, digits and underscores."""
    return {"Content-Disposition": f'attachment; filename="{course.item_id}.html"'}
