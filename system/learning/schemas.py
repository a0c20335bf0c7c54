from pydantic import BaseModel, ConfigDict, Field


class LessonView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    position: int = Field(description="From 1 on.", examples=[1])
    title: str = Field(examples=["Names for values"])
    paragraphs: list[str]


class CourseContent(BaseModel):
    """A course that is open to you, with its lessons."""

    item_id: str = Field(examples=["itm_course_python"])
    name: str = Field(examples=["Python from the ground up"])
    description: str
    lessons: list[LessonView]
    offline_url: str = Field(
        description="Where the course can be had as one file, with the feature `offline_access`.",
        examples=["/api/learning/courses/itm_course_python/offline"],
    )


class ShelvedCourse(BaseModel):
    """A course, and whether you may open it. Without a price it is free. `amount` is in minor units of `currency`."""

    item_id: str = Field(examples=["itm_course_python"])
    name: str
    description: str
    free: bool
    price_id: str | None
    amount: int | None
    currency: str | None
    open: bool
