"""The tiers side by side: what each costs and what it adds to the one below."""

from collections.abc import Sequence
from dataclasses import dataclass

from system.catalogue import service as catalogue
from system.catalogue.models import PlanPrice
from system.entitlements import service as entitlements
from system.entitlements.models import Tier, TierFeature
from system.kit.db import Connection


@dataclass(frozen=True, slots=True)
class PricedTier:
    """A tier as it is offered. One without a price costs nothing."""

    tier: Tier
    features: tuple[TierFeature, ...]
    # Those that the tier below does not open, or opens less often.
    added: tuple[TierFeature, ...]
    below: Tier | None
    month: PlanPrice | None
    year: PlanPrice | None

    @property
    def prices(self) -> tuple[PlanPrice, ...]:
        return tuple(price for price in (self.month, self.year) if price is not None)


async def read_pricing(conn: Connection) -> tuple[PricedTier, ...]:
    """Return what is offered today, the lowest tier first."""
    return price_tiers(await entitlements.list_tiers(conn), await catalogue.list_plan_prices(conn))


def price_tiers(
    tiers: Sequence[tuple[Tier, Sequence[TierFeature]]], prices: Sequence[PlanPrice]
) -> tuple[PricedTier, ...]:
    """Put prices to the tiers, which come with the lowest first."""
    priced = {(price.tier, price.interval): price for price in prices}
    table: list[PricedTier] = []
    for tier, features in tiers:
        below = table[-1] if table else None
        known = {(each.feature, each.quota_a_month) for each in below.features} if below else set()
        table.append(
            PricedTier(
                tier=tier,
                features=tuple(features),
                added=tuple(each for each in features if (each.feature, each.quota_a_month) not in known),
                below=below.tier if below else None,
                month=priced.get((tier.tier, "month")),
                year=priced.get((tier.tier, "year")),
            )
        )
    return tuple(table)
