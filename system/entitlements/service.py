"""What an account may use: the union of sources that do not know of each other.

Removing one never removes another. Whoever asks is told all that are live, the most durable first.
"""

from collections.abc import Sequence
from datetime import datetime

from system.catalogue.models import Course
from system.entitlements import repository, tier_repository
from system.entitlements.models import (
    Explanation,
    Feature,
    Source,
    SourceKind,
    Spent,
    Tier,
    TierFeature,
    TierSourceKind,
)
from system.entitlements.problems import FeatureLocked, NoSuchFeature
from system.entitlements.quotas import month_of, spend
from system.kit.db import Connection

__all__ = [
    "Spent",
    "drop_tier",
    "explain_course",
    "explain_feature",
    "features_of",
    "grant",
    "hold_tier",
    "is_course_open",
    "list_tiers",
    "open_among",
    "require_open",
    "restore",
    "revoke",
    "sources_of",
    "spend",
    "tier_of",
]

ALL_COURSES = "all_courses"
FREE_COURSES = "free_courses"

_MOST_DURABLE_FIRST: tuple[SourceKind, ...] = ("purchase", "redemption", "licence", "subscription", "free")


async def grant(conn: Connection, *, account_id: str, item_id: str, payment_id: str, now: datetime) -> None:
    """Grant what a payment bought, once."""
    await repository.insert(conn, account_id=account_id, item_id=item_id, payment_id=payment_id, now=now)


async def revoke(conn: Connection, *, payment_id: str, because: str, now: datetime) -> bool:
    """Take back what this payment opened, and nothing that another one did. `because` names the refund."""
    item = await repository.revoke(conn, payment_id, because, now)
    tier = await tier_repository.revoke(conn, payment_id, because, now)
    return item or tier


async def restore(conn: Connection, *, payment_id: str, because: str) -> bool:
    """Give back what was revoked for this very reason."""
    item = await repository.restore(conn, payment_id, because)
    tier = await tier_repository.restore(conn, payment_id, because)
    return item or tier


async def hold_tier(
    conn: Connection,
    *,
    source_id: str,
    account_id: str,
    kind: TierSourceKind,
    tier: str,
    payment_id: str | None,
    starts_at: datetime,
    ends_at: datetime | None,
    now: datetime,
) -> bool:
    """Write one source of a tier as it is now; return whether that changed anything.

    It is live in [starts_at, ends_at). `payment_id` bought the present time: its refund closes the source, and time
    that another payment bought opens it again. A source stays with the account that it began with.
    """
    return await tier_repository.hold(
        conn,
        source_id=source_id,
        account_id=account_id,
        kind=kind,
        tier=tier,
        payment_id=payment_id,
        starts_at=starts_at,
        ends_at=ends_at,
        now=now,
    )


async def drop_tier(conn: Connection, *, source_id: str) -> bool:
    """Close a source until it is held again; return whether it was open."""
    return await tier_repository.drop(conn, source_id)


async def tier_of(conn: Connection, account_id: str, now: datetime) -> Tier:
    """Return the highest tier of the live sources, or the lowest that there is."""
    found = await tier_repository.find_tier(conn, account_id, now)
    assert found is not None, "the tiers are seeded before anything is served"
    return found


async def features_of(conn: Connection, account_id: str, now: datetime) -> list[Feature]:
    """Return what is open to an account, and what of it is used this month."""
    return await tier_repository.list_features(conn, account_id, now, month_of(now))


async def sources_of(conn: Connection, account_id: str, now: datetime) -> list[Source]:
    """Return the live sources of an account's tier, the most durable first."""
    return list(most_durable_first(await tier_repository.list_held(conn, account_id, now)))


async def list_tiers(conn: Connection) -> list[tuple[Tier, list[TierFeature]]]:
    """Return all tiers, the lowest first, each with what it opens."""
    tiers = await tier_repository.list_tiers(conn)
    features = await tier_repository.list_tier_features(conn)
    return [(tier, [each for each in features if each.tier == tier.tier]) for tier in tiers]


async def require_open(conn: Connection, account_id: str, feature: str, now: datetime) -> None:
    """Raise FeatureLocked, with the way out, unless a live source opens the feature."""
    if not await tier_repository.is_open(conn, account_id, feature, now):
        name = await _name_of(conn, feature)
        raise FeatureLocked.of(feature, name, await tier_repository.lowest_tier_with(conn, feature))


async def explain_feature(conn: Connection, account_id: str, feature: str, now: datetime) -> tuple[str, Explanation]:
    """Return a feature's name, and why it is open or what would open it; raise NoSuchFeature."""
    name = await _name_of(conn, feature)
    sources = await tier_repository.list_sources(conn, account_id, [feature], now)
    return name, await _explained(conn, sources, feature)


async def explain_course(conn: Connection, account_id: str, course: Course, now: datetime) -> Explanation:
    """Return why a course is open: bought, or by a tier; or the tier that would open it, beside buying it."""
    opened_by = _opened_by(course)
    sources = await repository.list_purchases(conn, account_id, course.item_id)
    sources += await tier_repository.list_sources(conn, account_id, opened_by, now)
    return await _explained(conn, sources, opened_by[-1])


async def _explained(conn: Connection, sources: list[Source], feature: str) -> Explanation:
    """What would open it is asked for only where nothing does: most are asked by those who have it."""
    tier = None if sources else await tier_repository.lowest_tier_with(conn, feature)
    return Explanation(most_durable_first(sources), tier)


async def is_course_open(conn: Connection, account_id: str, course: Course, now: datetime) -> bool:
    """Tell whether a course is open, in one statement; why is what `explain_course` tells."""
    return await repository.is_course_open(conn, account_id, course.item_id, _opened_by(course), now)


async def open_among(conn: Connection, account_id: str, courses: Sequence[Course], now: datetime) -> set[str]:
    """Return which of these courses are open, in two statements however many they are."""
    bought = await repository.purchased_among(conn, account_id, [course.item_id for course in courses])
    features = {each.feature for each in await features_of(conn, account_id, now)}
    by_tier = {course.item_id for course in courses if not features.isdisjoint(_opened_by(course))}
    return by_tier.union(bought)


def _opened_by(course: Course) -> list[str]:
    return [ALL_COURSES, FREE_COURSES] if course.free else [ALL_COURSES]


async def _name_of(conn: Connection, feature: str) -> str:
    name = await tier_repository.find_feature_name(conn, feature)
    if name is None:
        raise NoSuchFeature(f"There is no feature {feature}; those there are stand at /api/subscriptions/pricing.")
    return name


def most_durable_first(sources: list[Source]) -> tuple[Source, ...]:
    return tuple(sorted(sources, key=lambda source: _MOST_DURABLE_FIRST.index(source.kind)))
