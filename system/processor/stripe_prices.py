"""Our prices at Stripe: made when one is first needed, and then the same for ever."""

from collections.abc import Iterable

from system.processor.billing import PlanPrice
from system.processor.billing_requests import price_params, product_params
from system.processor.port import Unavailable, Unknown
from system.processor.stripe_api import Json, Reply, StripeApi, log, reason
from system.processor.stripe_subscriptions import price_name


class StripePrices:
    """Finds prices by our ids and by Stripe's. Both ways are remembered: a price never changes, here or there."""

    def __init__(self, api: StripeApi) -> None:
        self._api = api
        self._ids: dict[str, str] = {}
        self._names: dict[str, str] = {}

    async def id_of(self, price: PlanPrice) -> str | Unavailable:
        """Return Stripe's id of a price. Whatever hinders that, nobody was asked for money yet."""
        known = self._ids.get(price.price_id)
        if known is not None:
            return known
        found = await self._found(price) or await self._made(price)
        if not isinstance(found, dict):
            return Unavailable(f"the price is not there: {reason(found)}")
        if not _is_the_same(found, price):
            log.error("processor_has_another_price", price_id=price.price_id, theirs=found["id"])
            return Unavailable("the processor has another price under this name", retry_after_s=60)
        self._ids[price.price_id] = found["id"]
        self._names[found["id"]] = price.price_id
        return str(found["id"])

    async def names(self, ids: Iterable[str]) -> dict[str, str] | Unknown:
        """Return at least our ids of these prices of Stripe's."""
        for each in set(ids) - self._names.keys():
            found = await self._api.read(f"/v1/prices/{each}", [])
            if isinstance(found, Unknown):
                return found
            self._names[each] = price_name(found or {"id": each})
        return self._names

    async def _found(self, price: PlanPrice) -> Reply | None:
        page = await self._api.ask("get", "/v1/prices", {"lookup_keys": [price.price_id], "limit": 1})
        if not isinstance(page, dict):
            return page
        return dict(page["data"][0]) if page["data"] else None

    async def _made(self, price: PlanPrice) -> Reply:
        # That the product is there already is no trouble, and any other is told by the price.
        await self._api.ask("post", "/v1/products", product_params(price), key=f"product:{price.item_id}")
        return await self._api.ask("post", "/v1/prices", price_params(price), key=f"price:{price.price_id}")


def _is_the_same(found: Json, price: PlanPrice) -> bool:
    theirs = (found["unit_amount"], found["currency"], (found.get("recurring") or {}).get("interval"))
    return theirs == (price.money.amount, price.money.currency, price.interval)
