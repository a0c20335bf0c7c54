from dataclasses import dataclass
from typing import Literal

from system.kit.money import Money

ForSale = Literal["course", "token_pack"]
"""What is bought once. A plan is subscribed to."""
Kind = Literal["course", "token_pack", "plan"]


@dataclass(frozen=True, slots=True)
class Offer:
    """An item at one of its prices. `current` is false for a price that another has replaced."""

    item_id: str
    price_id: str
    kind: Kind
    name: str
    description: str
    amount: int
    currency: str
    repeatable: bool
    current: bool

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


@dataclass(frozen=True, slots=True)
class Course:
    """A course with its present price; without one it is free to all, or not sold any more."""

    item_id: str
    name: str
    description: str
    free: bool
    price_id: str | None
    amount: int | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class PlanPrice:
    """What a tier costs now, for a month or a year at a time."""

    tier: str
    interval: Literal["month", "year"]
    price_id: str
    amount: int
    currency: str
