"""An event has its effect once, in the transaction that remembers it; what cannot be right is parked for a person."""

from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import structlog
from psycopg import errors
from pydantic import BaseModel, Field

from system.context import System
from system.kit.problems import InvalidRequest, ServiceUnavailable
from system.payments.transitions import ContradictionError
from system.subscriptions.models import StaleReadError
from system.webhooks import repository
from system.webhooks.handlers import HANDLERS
from system.webhooks.models import Effect, Handler, Outcome, ParkedError, WebhookEvent

log = structlog.get_logger(__name__)

_TRIES = 10


def parse(body: bytes) -> WebhookEvent:
    """Read a verified body; InvalidRequest for one that is no event."""
    try:
        return envelope(orjson.loads(body))
    except (ValueError, OverflowError) as malformed:
        reason = str(malformed).splitlines()[0]
        raise InvalidRequest.field("body", f"This is not Stripe's event object: {reason}") from None


def envelope(payload: Any) -> WebhookEvent:  # noqa: ANN401 - any JSON that somebody signed
    """Read an event object; ValueError if it is none."""
    return _Envelope.model_validate(payload).event(payload)


class _Envelope(BaseModel):
    """What every event has, whatever it is about."""

    class Data(BaseModel):
        object: dict[str, Any]

    id: Annotated[str, Field(min_length=1, max_length=255)]
    type: Annotated[str, Field(min_length=1, max_length=255)]
    livemode: bool
    created: Annotated[int, Field(ge=0, le=2**40)]
    data: Data

    def event(self, payload: dict[str, Any]) -> WebhookEvent:
        created_at = datetime.fromtimestamp(self.created, UTC)
        return WebhookEvent(self.id, self.type, self.livemode, created_at, self.data.object, payload)


async def receive(system: System, event: WebhookEvent) -> None:
    """Handle an event. Returning means that it is recorded for good; raising, that it will be sent again."""
    try:
        handler = _handler_for(system, event)
        await _handle(system, event, handler)
    except (ParkedError, ContradictionError) as reason:
        await _park(system, event, str(reason))
    except (errors.UniqueViolation, errors.CheckViolation, errors.ForeignKeyViolation) as refused:
        # The tables know better than the event: what they refuse today they refuse tomorrow.
        await _park(system, event, refused.diag.message_primary or "refused by the tables")


async def _handle(system: System, event: WebhookEvent, handler: Handler | None) -> None:
    """Look up and apply; what was looked up too early for its row is looked up anew."""
    for _ in range(_TRIES):
        effect = await handler(system, event) if handler else None
        try:
            await _apply(system, event, effect, known=handler is not None)
        except StaleReadError:
            continue
        return
    raise ServiceUnavailable("What this event is about is being changed from many sides; send the event again.")


def _handler_for(system: System, event: WebhookEvent) -> Handler | None:
    if event.livemode is not system.settings.live:
        raise ParkedError(f"livemode is {event.livemode}, which is not this system's")
    return HANDLERS.get(event.type)


async def _apply(system: System, event: WebhookEvent, effect: Effect | None, *, known: bool) -> None:
    async with system.db.transaction() as conn:
        outcome: Outcome = "applied" if known else "ignored"
        is_new = await repository.insert(conn, event, outcome, received_at=system.clock.now())
        if is_new and effect is not None:
            await effect(conn)


async def _park(system: System, event: WebhookEvent, reason: str) -> None:
    log.error("webhook_parked", event_id=event.event_id, type=event.type, reason=reason)
    async with system.db.transaction() as conn:
        await repository.insert(conn, event, "parked", received_at=system.clock.now(), reason=reason)
