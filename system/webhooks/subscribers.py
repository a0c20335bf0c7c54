"""Which of our subscriptions an event is about. What it says beyond that counts nothing: the processor is asked."""

from collections.abc import Mapping
from typing import Any

from system.context import System
from system.kit.db import Connection
from system.subscriptions import repository, syncing
from system.subscriptions.models import Subscription
from system.webhooks.matching import actor_of
from system.webhooks.models import Effect, Handler, ParkedError, WebhookEvent


async def subscription_of(system: System, event: WebhookEvent) -> Subscription:
    """Return the subscription that the object is, or belongs to; ParkedError if it is none of ours."""
    async with system.db.statement() as conn:
        found = await _find(conn, event.object)
    if found is None:
        raise ParkedError("the object belongs to no subscription of ours")
    if event.object.get("customer") != found.processor_customer_id:
        raise ParkedError("the object is of another customer than the subscription that it names")
    return found


async def subscribes(system: System, customer_id: object) -> bool:
    """Tell whether a customer of the processor has, or had, a subscription of ours."""
    if not isinstance(customer_id, str):
        return False
    async with system.db.statement() as conn:
        return await repository.find_by_customer(conn, customer_id) is not None


def unless_invoiced(handler: Handler) -> Handler:
    """Leave alone what pays the invoice of a subscription: the invoice's own events tell of it."""

    async def handle(system: System, event: WebhookEvent) -> Effect | None:
        if "payment_id" not in event.metadata and await subscribes(system, event.object.get("customer")):
            return None
        return await handler(system, event)

    return handle


async def sync(system: System, event: WebhookEvent) -> None:
    """Bring the subscription that an event is about to its present state, before the event is recorded.

    Events of one subscription share their readings, so none has an effect of its own. Who dies before the event is
    recorded is told again, and a reading that finds nothing new changes nothing.
    """
    subscription = await subscription_of(system, event)
    await syncing.sync(system, subscription.subscription_id, actor=actor_of(event))


async def _find(conn: Connection, found: Mapping[str, Any]) -> Subscription | None:
    """By the processor's id of it, which no metadata can overrule; by our own before we have heard that id."""
    theirs = _processor_id(found)
    known = await repository.find_by_processor_id(conn, theirs) if theirs else None
    ours = _our_id(found)
    return known or (await repository.find(conn, ours) if ours else None)


def _processor_id(found: Mapping[str, Any]) -> str | None:
    """The object itself; the subscription of a session; or the one that an invoice was made by."""
    if found.get("object") == "subscription":
        return str(found["id"])
    named = found.get("subscription") or _details(found).get("subscription")
    return named if isinstance(named, str) else None


def _our_id(found: Mapping[str, Any]) -> str | None:
    metadata = {**_mapping(_details(found).get("metadata")), **_mapping(found.get("metadata"))}
    named = metadata.get("subscription_id")
    return named if isinstance(named, str) else None


def _details(found: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(_mapping(found.get("parent")).get("subscription_details"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
