from datetime import datetime

from system.entitlements.models import Feature, Tier
from system.kit.problems import NotFound, Problem
from system.kit.wording import moment

PRICING_PAGE = "/pricing#plans"


class FeatureLocked(Problem):
    """Your tier does not open this; `tier` names the lowest that does, and `pricing_url` is where to get it."""

    slug = "feature-locked"
    title = "Your plan does not open this"
    status = 403

    @classmethod
    def of(cls, feature: str, name: str, tier: Tier | None) -> "FeatureLocked":
        """`tier` is the lowest that opens the feature, or None when none does."""
        way_out = f"It comes with {tier.name}; see {PRICING_PAGE}." if tier else "No plan opens it at present."
        return cls(
            f"{name} is not part of your plan. {way_out}",
            feature=feature,
            feature_name=name,
            tier=tier.tier if tier else None,
            tier_name=tier.name if tier else None,
            pricing_url=PRICING_PAGE,
        )


class QuotaExceeded(Problem):
    """This month's quota is used up; it renews at `renews_at`, and `tier`, where there is one, has a larger one."""

    slug = "quota-exceeded"
    title = "This month's quota is used up"
    status = 403

    @classmethod
    def of(cls, feature: Feature, *, quota: int, renews_at: datetime, more: Tier | None) -> "QuotaExceeded":
        """`more` is the lowest tier with a larger quota, or None when there is none."""
        used = f"{feature.name}: {feature.used} of {quota} are used"
        way_out = f" {more.name} has more; see {PRICING_PAGE}." if more else ""
        return cls(
            f"{used} this month. More from {moment(renews_at)} on.{way_out}",
            feature=feature.feature,
            feature_name=feature.name,
            quota_a_month=quota,
            used=feature.used,
            renews_at=renews_at.isoformat(),
            tier=more.tier if more else None,
            tier_name=more.name if more else None,
            pricing_url=PRICING_PAGE,
        )


class NoSuchFeature(NotFound):
    """There is no such feature; those of every tier are at /api/subscriptions/pricing."""
