from dataclasses import dataclass
from typing import Literal

from system.kit.money import Money

Kind = Literal["course", "token_pack"]


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
