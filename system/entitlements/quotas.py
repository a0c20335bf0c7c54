"""Quotas are of a calendar month in UTC: they renew for all at the same instant, whatever day billing falls on."""

from datetime import UTC, date, datetime

from system.entitlements import quota_repository, tier_repository
from system.entitlements.models import Spent
from system.entitlements.problems import FeatureLocked, NoSuchFeature, QuotaExceeded
from system.kit.db import Connection
from system.kit.problems import Problem


def month_of(instant: datetime) -> date:
    return instant.astimezone(UTC).date().replace(day=1)


def renewal_after(instant: datetime) -> datetime:
    """Return the first instant of the next month."""
    first = month_of(instant)
    year, month = (first.year + 1, 1) if first.month == 12 else (first.year, first.month + 1)  # noqa: PLR2004 - December
    return datetime(year, month, 1, tzinfo=UTC)


async def spend(conn: Connection, account_id: str, feature: str, now: datetime, amount: int = 1) -> Spent:
    """Count a use against the month's quota, in the caller's transaction: what is undone was not used.

    Raises FeatureLocked where nothing opens the feature, and QuotaExceeded where the rest is smaller than `amount`.
    """
    assert amount > 0, "a use is counted up"
    use = await quota_repository.spend(conn, account_id, feature, amount=amount, month=month_of(now), now=now)
    if use is None:
        raise await _refusal(conn, account_id, feature, now)
    return Spent(feature, use.used, use.quota_a_month, renewal_after(now))


async def _refusal(conn: Connection, account_id: str, feature: str, now: datetime) -> Problem:
    """Read why it was refused, to tell it; the decision itself was one statement."""
    known = {each.feature: each.name for each in await tier_repository.list_tier_features(conn)}
    if feature not in known:
        return NoSuchFeature(f"No tier has a feature {feature}.")
    held = {each.feature: each for each in await tier_repository.list_features(conn, account_id, now, month_of(now))}
    open_ = held.get(feature)
    if open_ is None or open_.quota_a_month is None:
        return FeatureLocked.of(feature, known[feature], await tier_repository.lowest_tier_with(conn, feature))
    quota = open_.quota_a_month
    more = await tier_repository.lowest_tier_with(conn, feature, quota_above=quota)
    return QuotaExceeded.of(open_, quota=quota, renews_at=renewal_after(now), more=more)
