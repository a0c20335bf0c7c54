from system.catalogue import repository
from system.catalogue.models import Offer
from system.catalogue.problems import PriceChanged, PriceNotFound
from system.kit.db import Connection
from system.kit.money import Money


async def resolve(conn: Connection, price_id: str, *, seen: Money) -> Offer:
    """Return the offer that the buyer saw; refuse it when it costs something else by now.

    What the client says about the amount is compared and never charged.
    """
    offer = await repository.find_offer(conn, price_id)
    if offer is None:
        raise PriceNotFound(f"There is no price {price_id}; take a price_id from /api/catalogue/items.")
    if not offer.current:
        offer = await repository.current_offer(conn, offer.item_id)
        if offer is None:
            raise PriceNotFound(f"What {price_id} was the price of is no longer sold.")
        raise _changed(offer)
    if offer.money != seen:
        raise _changed(offer)
    return offer


def _changed(offer: Offer) -> PriceChanged:
    return PriceChanged(
        f"{offer.name} costs {offer.money} now ({offer.price_id}); show that to the buyer and ask again.",
        price_id=offer.price_id,
        amount=offer.amount,
        currency=offer.currency,
    )
