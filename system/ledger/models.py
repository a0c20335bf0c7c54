from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from system.kit.money import Money

Direction = Literal["debit", "credit"]

CASH = "cash:stripe"
PROCESSOR_FEE = "expense:processor_fee"
DISPUTE_FEE = "expense:dispute_fee"
DISPUTE_LOSS = "loss:dispute"
REVENUE = "revenue:platform"
SUBSCRIPTION_REVENUE = "revenue:subscription"
CONVERSION = "clearing:conversion"
"""Holds both sides of a sale that the processor settles in another currency than it was made in."""


class UnbalancedEntryError(Exception):
    """Postings that do not sum to zero in every currency: a bug, stopped before it is written."""


@dataclass(frozen=True, slots=True)
class Posting:
    account: str
    direction: Direction
    money: Money


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact in the books. `business_key` is the fact's own name, so that it is booked once."""

    business_key: str
    description: str
    postings: tuple[Posting, ...]
    posted_at: datetime

    def __post_init__(self) -> None:
        if not self.postings or any(posting.money.amount <= 0 for posting in self.postings):
            raise UnbalancedEntryError(f"{self.business_key}: an entry has postings, each of more than nothing.")
        balance: Counter[str] = Counter()
        for posting in self.postings:
            balance[posting.money.currency] += posting.money.amount * (1 if posting.direction == "debit" else -1)
        if any(balance.values()):
            raise UnbalancedEntryError(f"{self.business_key} is off by {dict(balance)}.")
