from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from system.accounts.access import public
from system.context import Context
from system.entitlements.schemas import PriceView, TierView
from system.kit.problems import documented
from system.subscriptions.pricing import PricedTier, read_pricing

router = APIRouter(prefix="/api/subscriptions", tags=["subscriptions"], responses=documented())


class TierFeatureView(BaseModel):
    """What a tier opens; counted features have a quota a month, null for without limit."""

    model_config = ConfigDict(from_attributes=True)

    feature: str = Field(examples=["course_uploads"])
    name: str = Field(examples=["Courses of your own"])
    description: str
    counted: bool
    quota_a_month: int | None = Field(examples=[5])


class PricedTierView(TierView):
    """A tier with all that it opens; without prices it is free."""

    features: list[TierFeatureView]
    prices: list[PriceView]


_PRICING: JsonDict = {
    "tiers": [
        {
            "tier": "pro",
            "name": "Pro",
            "description": "Every course, and courses of your own.",
            "rank": 10,
            "tokens_a_month": 500,
            "share_percent": 70,
            "features": [
                {
                    "feature": "course_uploads",
                    "name": "Courses of your own",
                    "description": "Upload courses and sell them.",
                    "counted": True,
                    "quota_a_month": 5,
                }
            ],
            "prices": [{"price_id": "prc_pro_month", "interval": "month", "amount": 999, "currency": "usd"}],
        }
    ]
}


class Pricing(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_PRICING]})

    tiers: list[PricedTierView] = Field(description="The lowest first.")


@router.get("/pricing", operation_id="show_pricing", dependencies=[public])
async def show_pricing(system: Context) -> Pricing:
    """Show the tiers: what each opens, how often a month, and what it costs a month or a year."""
    async with system.db.statement() as conn:
        return Pricing(tiers=[_view(each) for each in await read_pricing(conn)])


def _view(priced: PricedTier) -> PricedTierView:
    tier = TierView.model_validate(priced.tier)
    return PricedTierView(
        **tier.model_dump(),
        features=[TierFeatureView.model_validate(each) for each in priced.features],
        prices=[PriceView.model_validate(each) for each in priced.prices],
    )
