from dataclasses import dataclass

from system.catalogue.models import Course


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson of a course. Paragraphs of its text are parted by an empty line."""

    item_id: str
    position: int
    title: str
    text: str

    @property
    def paragraphs(self) -> list[str]:
        return [" ".join(part.split()) for part in self.text.split("\n\n") if part.strip()]


@dataclass(frozen=True, slots=True)
class Shelved:
    """A course as one account sees it in the list."""

    course: Course
    is_open: bool
