from dataclasses import dataclass
from datetime import datetime
from typing import Literal

SourceKind = Literal["purchase", "redemption", "licence", "subscription", "free"]
TierSourceKind = Literal["subscription", "licence"]


@dataclass(frozen=True, slots=True)
class Tier:
    """What an account is on. Of several, the one of the higher rank counts."""

    tier: str
    name: str
    description: str
    rank: int
    tokens_a_month: int
    # What its instructors keep of a sale, in percent; None where nothing may be sold.
    share_percent: int | None


@dataclass(frozen=True, slots=True)
class TierFeature:
    """What one tier opens. A quota counts uses in a calendar month, UTC; None is without limit."""

    tier: str
    feature: str
    name: str
    description: str
    counted: bool
    quota_a_month: int | None


@dataclass(frozen=True, slots=True)
class Feature:
    """What is open to an account, and how much of it was used in the present month."""

    feature: str
    name: str
    description: str
    counted: bool
    quota_a_month: int | None
    used: int

    @property
    def left(self) -> int | None:
        """How often it can be used until the month's end; None is without limit."""
        return None if self.quota_a_month is None else max(0, self.quota_a_month - self.used)


@dataclass(frozen=True, slots=True)
class Source:
    """One reason why something is open. Each stands alone: that one ends changes nothing about the others."""

    kind: SourceKind
    # The subscription or licence, or the payment that bought a course; None for what is free to all.
    source_id: str | None
    tier: str | None
    starts_at: datetime | None
    # Exclusive; None while nothing has set an end.
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why something is open, the most durable reason first; without any, what would open it."""

    sources: tuple[Source, ...]
    # The lowest tier that would open it; None if it is open, or no tier does.
    tier: Tier | None

    @property
    def is_open(self) -> bool:
        return bool(self.sources)

    @property
    def effective(self) -> Source | None:
        return self.sources[0] if self.sources else None


@dataclass(frozen=True, slots=True)
class Spent:
    """What is left after a use; None is without limit."""

    feature: str
    used: int
    quota_a_month: int | None
    renews_at: datetime

    @property
    def left(self) -> int | None:
        return None if self.quota_a_month is None else self.quota_a_month - self.used
