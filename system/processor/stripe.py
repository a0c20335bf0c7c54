"""Stripe as the one processor: all that is asked of it, over one client."""

from system.kit.admission import Room
from system.processor.port import ProcessorAwayError
from system.processor.stripe_api import StripeApi, reason
from system.processor.stripe_billing import StripeBilling
from system.processor.stripe_payments import StripePayments
from system.settings import Settings


class StripeProcessor(StripePayments, StripeBilling):
    def __init__(self, settings: Settings, room: Room) -> None:
        api = StripeApi(settings, room)
        StripePayments.__init__(self, api)
        StripeBilling.__init__(self, api)

    async def ping(self) -> None:
        reply = await self._api.ask("get", "/v1/balance", {}, attempts=1)
        if not isinstance(reply, dict):
            raise ProcessorAwayError(reason(reply))

    async def close(self) -> None:
        await self._api.close()
