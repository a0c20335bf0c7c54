from system.catalogue.models import Course
from system.entitlements.models import Tier
from system.entitlements.problems import PRICING_PAGE
from system.kit.money import Money
from system.kit.problems import Problem


class CourseLocked(Problem):
    """This course is not open to you; buy it at `price_id`, or subscribe to a tier that opens it."""

    slug = "course-locked"
    title = "This course is not open to you yet"
    status = 403

    @classmethod
    def of(cls, course: Course, tier: Tier | None) -> "CourseLocked":
        """`tier` is the lowest that opens the course, or None when none does."""
        ways = [f"buy it for {Money(course.amount, course.currency)}"] if course.amount and course.currency else []
        ways += [f"take {tier.name}"] if tier else []
        way_out = f"To open it, {' or '.join(ways)}; see {PRICING_PAGE}." if ways else "It is not sold any more."
        return cls(
            f"{course.name} is not open to you. {way_out}",
            item_id=course.item_id,
            item_name=course.name,
            price_id=course.price_id,
            amount=course.amount,
            currency=course.currency,
            tier=tier.tier if tier else None,
            tier_name=tier.name if tier else None,
            pricing_url=PRICING_PAGE,
        )
