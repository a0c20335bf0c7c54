"""A price that begins with the next period: at Stripe, a schedule with the present phase and one after it."""

from urllib.parse import quote

from system.processor.billing import BillingAnswer, PriceChange
from system.processor.billing_requests import phases_params
from system.processor.port import Unavailable, Unknown
from system.processor.stripe_api import Json, Refused, our_mistake
from system.processor.stripe_reading import StripeReading

_SCHEDULES = "/v1/subscription_schedules"


class StripeSchedules(StripeReading):
    async def schedule_price(self, change: PriceChange) -> BillingAnswer:
        """Two requests; asked again after either, it goes on from the schedule that the subscription then has."""
        price = await self._prices.id_of(change.price)
        if not isinstance(price, str):
            return price
        raw = await self._known(change.processor_subscription_id)
        if isinstance(raw, Unknown):
            return raw
        schedule = await self._schedule_of(raw, change)
        if not isinstance(schedule, dict):
            return schedule
        begun_at = schedule["current_phase"]["start_date"]
        params = phases_params(raw, begun_at=begun_at, change=change, price=price)
        reply = await self._api.ask(
            "post", f"{_SCHEDULES}/{schedule['id']}", params, key=f"schedule-phases:{change.change_id}"
        )
        if isinstance(reply, Refused):
            return our_mistake(reply)
        return await self._present(change.processor_subscription_id) if isinstance(reply, dict) else reply

    async def unschedule_price(self, processor_subscription_id: str, *, key: str) -> BillingAnswer:
        released = await self._released(processor_subscription_id, key=key)
        return await self._subscription(released) if isinstance(released, dict) else released

    async def _schedule_of(self, raw: Json, change: PriceChange) -> Json | Unavailable | Unknown:
        """Return the subscription's schedule, whose phases are then replaced, or a new one that changes nothing yet."""
        if isinstance(raw.get("schedule"), dict):
            return dict(raw["schedule"])
        params: Json = {"from_subscription": raw["id"]}
        reply = await self._api.ask("post", _SCHEDULES, params, key=f"schedule:{change.change_id}")
        return our_mistake(reply) if isinstance(reply, Refused) else reply

    async def _released(self, processor_subscription_id: str, *, key: str) -> Json | Unavailable | Unknown:
        """Take the schedule away, which leaves the subscription as it is; returns the subscription afterwards."""
        raw = await self._known(processor_subscription_id)
        if isinstance(raw, Unknown) or not isinstance(raw.get("schedule"), dict):
            return raw
        path = f"{_SCHEDULES}/{quote(raw['schedule']['id'], safe='')}/release"
        reply = await self._api.ask("post", path, {}, key=f"{key}:release")
        if isinstance(reply, Unavailable | Unknown):
            return reply
        after = await self._known(processor_subscription_id)
        if isinstance(reply, Refused) and isinstance(after, dict) and isinstance(after.get("schedule"), dict):
            return our_mistake(reply)
        return after
