"""The tiers as the operator's data says them: what the running system is held to."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

SEED: Final = Path(__file__).parents[1] / "system" / "entitlements" / "seed.toml"


@dataclass(frozen=True, slots=True)
class SeededTier:
    """`quotas` are of the counted features alone; None is without limit."""

    tier: str
    rank: int
    tokens_a_month: int
    share_percent: int | None
    features: frozenset[str]
    quotas: Mapping[str, int | None]


@cache
def seeded_tiers() -> Mapping[str, SeededTier]:
    """The lowest first."""
    written = tomllib.loads(SEED.read_text(encoding="utf-8"))
    ranked = sorted(written["tiers"], key=lambda tier: int(tier["rank"]))
    return {tier["tier"]: _tier(tier, written["features"]) for tier in ranked}


def every_feature() -> frozenset[str]:
    return frozenset().union(*(tier.features for tier in seeded_tiers().values()))


def lowest_tier_with(feature: str) -> str:
    return next(tier.tier for tier in seeded_tiers().values() if feature in tier.features)


def _tier(tier: Mapping[str, Any], features: list[dict[str, Any]]) -> SeededTier:
    opened = {each["feature"]: _quotas(each).get(tier["tier"], ...) for each in features}
    counted = {each["feature"] for each in features if each.get("counted")}
    held = {name: quota for name, quota in opened.items() if quota is not ...}
    return SeededTier(
        tier=tier["tier"],
        rank=tier["rank"],
        tokens_a_month=tier["tokens_a_month"],
        share_percent=tier.get("share_percent"),
        features=frozenset(held),
        quotas={name: quota for name, quota in held.items() if name in counted},
    )


def _quotas(feature: Mapping[str, Any]) -> dict[str, int | None]:
    """The tiers that open a feature: a name, or a name with how often a month."""
    return {
        each if isinstance(each, str) else each["tier"]: None if isinstance(each, str) else each["quota_a_month"]
        for each in feature["tiers"]
    }
