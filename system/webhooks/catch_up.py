"""The catch-up: what the processor says has happened, and no delivery told us.

Events are read from a little before the point that was reached last, for the processor lists them in the order of their
making and not of their arrival; each is handled as if it had been delivered, and one that was is passed over.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog

from system.context import System
from system.kit.problems import Problem
from system.processor.port import ProcessorAwayError
from system.webhooks import repository
from system.webhooks.handlers import HANDLERS
from system.webhooks.models import WebhookEvent
from system.webhooks.service import envelope, receive

log = structlog.get_logger(__name__)

_OVERLAP: Final = timedelta(seconds=30)
"""For clocks that differ: what was made before the point reached has been listed for two minutes by then."""
_PATIENCE: Final = timedelta(minutes=2)
"""An event this young may still be on its way; the processor delivers most within seconds."""


async def catch_up(system: System) -> int:
    """Handle what was missed; return how many events that were. The point reached moves only behind what is handled."""
    now = system.clock.now()
    async with system.db.transaction() as conn:
        reached = await repository.read_cursor(conn, now)
    until, missed = now - _PATIENCE, 0
    try:
        for event in await _missed(system, reached - _OVERLAP, until):
            log.info("event_caught_up", event_id=event.event_id, type=event.type)
            await receive(system, event)
            missed += 1
    except (ProcessorAwayError, Problem) as away:
        log.warning("catch_up_waits", reason=str(away))
        return missed
    async with system.db.transaction() as conn:
        await repository.move_cursor(conn, max(reached, until))
    return missed


async def _missed(system: System, since: datetime, until: datetime) -> list[WebhookEvent]:
    """The events that we handle and were not told of, oldest first."""
    events = [envelope(payload) for payload in await system.processor.events_between(since, until)]
    handled = [event for event in events if event.type in HANDLERS]
    async with system.db.statement() as conn:
        known = await repository.known_among(conn, [event.event_id for event in handled])
    return [event for event in handled if event.event_id not in known]
