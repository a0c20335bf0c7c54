"""Numbers without gaps, given by one writer at a time, seconds after the money has moved.

A counter that every payment raises in its own transaction makes all payments wait for each other's commit; see
docs/decisions for the figures. So a payment only writes down what it owes, and the worker numbers that in order.
"""

from dataclasses import asdict, dataclass

from system.context import System
from system.invoicing import repository
from system.settings import Settings

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells, as the settings name him when a document is issued. `address` may have several lines."""

    name: str
    address: str
    tax_id: str


def seller_of(settings: Settings) -> Seller:
    return Seller(settings.seller_name, settings.seller_address, settings.seller_tax_id)


async def issue_due(system: System) -> int:
    """Number what is owed, and return how many documents that made; 0 while another worker is at it."""
    issued = 0
    while batch := await _issue_batch(system):
        issued += batch
    return issued


async def _issue_batch(system: System) -> int:
    seller = asdict(seller_of(system.settings))
    async with system.db.transaction() as conn:
        if not await repository.take_turn(conn):
            return 0
        return await repository.issue(conn, seller=seller, now=system.clock.now(), limit=_BATCH)
