"""What is told about rights, made of what was read: nothing here asks a database."""

from collections.abc import Sequence
from datetime import datetime

from system.catalogue.models import Course, PlanPrice
from system.entitlements.models import Explanation, Feature, Source, Tier
from system.entitlements.problems import PRICING_PAGE
from system.entitlements.quotas import renewal_after
from system.entitlements.schemas import (
    EntitlementsView,
    ExplanationView,
    FeatureView,
    PriceView,
    QuotaView,
    SourceView,
    TierView,
    Unlock,
)


def entitlements_view(
    tier: Tier, features: Sequence[Feature], sources: Sequence[Source], now: datetime
) -> EntitlementsView:
    return EntitlementsView(
        tier=TierView.model_validate(tier),
        features=[_feature(each, renewal_after(now)) for each in features],
        sources=[SourceView.model_validate(each) for each in sources],
    )


def explanation_view(
    subject: str, name: str, explanation: Explanation, plans: Sequence[PlanPrice], *, course: Course | None = None
) -> ExplanationView:
    sources = [SourceView.model_validate(each) for each in explanation.sources]
    return ExplanationView(
        subject=subject,
        name=name,
        open=explanation.is_open,
        effective=sources[0] if sources else None,
        sources=sources,
        unlock=None if explanation.is_open else _unlock(explanation.tier, plans, course),
    )


def _feature(feature: Feature, renews_at: datetime) -> FeatureView:
    quota = QuotaView(quota_a_month=feature.quota_a_month, used=feature.used, left=feature.left, renews_at=renews_at)
    return FeatureView(
        feature=feature.feature,
        name=feature.name,
        description=feature.description,
        quota=quota if feature.counted else None,
    )


def _unlock(tier: Tier | None, plans: Sequence[PlanPrice], course: Course | None) -> Unlock:
    return Unlock(
        tier=tier.tier if tier else None,
        tier_name=tier.name if tier else None,
        plans=[PriceView.model_validate(each) for each in plans if tier and each.tier == tier.tier],
        purchase=_purchase(course) if course else None,
        pricing_url=PRICING_PAGE,
    )


def _purchase(course: Course) -> PriceView | None:
    if course.price_id is None or course.amount is None or course.currency is None:
        return None
    return PriceView(price_id=course.price_id, interval=None, amount=course.amount, currency=course.currency)
