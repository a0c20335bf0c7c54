from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from system.entitlements.models import SourceKind

_SOURCE: JsonDict = {
    "kind": "subscription",
    "source_id": "sbn_06h0j64n3deykgwc9v0s35z45n",
    "tier": "pro",
    "starts_at": "2026-11-23T15:04:05Z",
    "ends_at": "2026-12-30T15:04:05Z",
}
_ENTITLEMENTS: JsonDict = {
    "tier": {
        "tier": "pro",
        "name": "Pro",
        "description": "Every course, and courses of your own.",
        "rank": 10,
        "tokens_a_month": 500,
        "share_percent": 70,
    },
    "features": [
        {
            "feature": "course_uploads",
            "name": "Courses of your own",
            "description": "Upload courses and sell them.",
            "quota": {"quota_a_month": 5, "used": 2, "left": 3, "renews_at": "2026-12-01T00:00:00Z"},
        }
    ],
    "sources": [_SOURCE],
}
_EXPLANATION: JsonDict = {
    "subject": "offline_access",
    "name": "Lessons to take along",
    "open": True,
    "effective": _SOURCE,
    "sources": [_SOURCE],
}


class SourceView(BaseModel):
    """One reason why something is open; it is live in [starts_at, ends_at)."""

    model_config = ConfigDict(from_attributes=True)

    kind: SourceKind
    source_id: str | None = Field(
        default=None, description="The payment, subscription or licence; null for what is free to all."
    )
    tier: str | None = Field(default=None, description="The tier that opens it; null for a purchase.", examples=["pro"])
    starts_at: datetime | None = None
    ends_at: datetime | None = Field(default=None, description="Exclusive; null while nothing has set an end.")


class TierView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    tier: str = Field(examples=["pro"])
    name: str = Field(examples=["Pro"])
    description: str
    rank: int = Field(description="The higher opens more.", examples=[10])
    tokens_a_month: int = Field(examples=[500])
    share_percent: int | None = Field(default=None, description="What an instructor keeps of a sale.", examples=[70])


class QuotaView(BaseModel):
    """Uses in the present calendar month, UTC. Null where there is no limit."""

    quota_a_month: int | None = Field(examples=[5])
    used: int = Field(examples=[2])
    left: int | None = Field(examples=[3])
    renews_at: datetime


class FeatureView(BaseModel):
    feature: str = Field(examples=["course_uploads"])
    name: str = Field(examples=["Courses of your own"])
    description: str
    quota: QuotaView | None = Field(default=None, description="Null for a feature that is not counted by use.")


class EntitlementsView(BaseModel):
    """What is open to the account that asks."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ENTITLEMENTS]})

    tier: TierView
    features: list[FeatureView]
    sources: list[SourceView] = Field(description="All that is live, the most durable first.")


class PriceView(BaseModel):
    """A price to pay now; `amount` in minor units of `currency`."""

    model_config = ConfigDict(from_attributes=True)

    price_id: str = Field(examples=["prc_pro_month"])
    interval: str | None = Field(None, description="`month` or `year` for a plan; null for what is bought once.")
    amount: int = Field(examples=[999])
    currency: str = Field(examples=["usd"])


class Unlock(BaseModel):
    """What would open it: a plan, or for a course that is sold, buying it."""

    tier: str | None = Field(description="The lowest tier that opens it.", examples=["pro"])
    tier_name: str | None = Field(examples=["Pro"])
    plans: list[PriceView] = Field(description="That tier's prices; subscribe with one at /api/subscriptions/create.")
    purchase: PriceView | None = Field(description="The course's own price; pay it at /api/payments/process.")
    pricing_url: str = Field(description="The page with all of them.", examples=["/pricing#plans"])


class ExplanationView(BaseModel):
    """Why something is open, or what would open it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXPLANATION]})

    subject: str = Field(description="The feature or the course.", examples=["offline_access"])
    name: str = Field(examples=["Lessons to take along"])
    open: bool
    effective: SourceView | None = Field(
        default=None, description="The most durable of the sources; null when it is closed."
    )
    sources: list[SourceView]
    unlock: Unlock | None = Field(default=None, description="Null when it is open.")
