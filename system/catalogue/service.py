from system.catalogue import repository
from system.catalogue.models import Course, Offer, PlanPrice
from system.catalogue.problems import NoSuchCourse, PriceChanged, PriceNotFound, SubscribeInstead
from system.kit.db import Connection
from system.kit.money import Money


async def resolve(conn: Connection, price_id: str, *, seen: Money) -> Offer:
    """Return the offer that the buyer saw; refuse it when it costs something else by now.

    What the client says about the amount is compared and never charged.
    """
    offer = await repository.find_offer(conn, price_id)
    if offer is None:
        raise PriceNotFound(f"There is no price {price_id}; take a price_id from /api/catalogue/items.")
    if offer.kind == "plan":
        raise SubscribeInstead(
            f"{offer.name} is a plan: send {price_id} to /api/subscriptions/create, and nothing is bought twice.",
            pricing_url="/pricing#plans",
        )
    if not offer.current:
        offer = await repository.current_offer(conn, offer.item_id)
        if offer is None:
            raise PriceNotFound(f"What {price_id} was the price of is no longer sold.")
        raise _changed(offer)
    if offer.money != seen:
        raise _changed(offer)
    return offer


async def get_course(conn: Connection, item_id: str) -> Course:
    """Return a course, or raise NoSuchCourse."""
    course = await repository.find_course(conn, item_id)
    if course is None:
        raise NoSuchCourse(f"There is no course {item_id}; all that there are stand at /api/learning/courses.")
    return course


async def list_courses(conn: Connection, *, after: str | None, limit: int) -> list[Course]:
    """Return every course, free or sold, by item id, behind `after`."""
    return await repository.list_courses(conn, after=after, limit=limit)


async def list_free_courses(conn: Connection) -> list[Course]:
    """Return the courses that everybody with an account may take: a handful that somebody has chosen."""
    return await repository.list_free_courses(conn)


async def list_plan_prices(conn: Connection) -> list[PlanPrice]:
    """Return what each tier costs now, a month and a year."""
    return await repository.list_plan_prices(conn)


def _changed(offer: Offer) -> PriceChanged:
    return PriceChanged(
        f"{offer.name} costs {offer.money} now ({offer.price_id}); show that to the buyer and ask again.",
        price_id=offer.price_id,
        amount=offer.amount,
        currency=offer.currency,
    )
