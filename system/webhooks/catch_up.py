"""The catch-up: what the processor says has happened, and no delivery told us.

Events are read from a little before the point that was reached last, for the processor lists them in the order of their
making and not of their arrival; each is handled as if it had been delivered, and one that was is passed over.
"""

from datetime import timedelta
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

_OVERLAP: Final = timedelta(minutes=5)
_PATIENCE: Final = timedelta(minutes=2)
"""An event this young may still be on its way; the processor delivers most within seconds."""


async def catch_up(system: System) -> int:
    """Handle what was missed; return how many events that were. The point reached moves only behind what is handled."""
    now = system.clock.now()
    async with system.db.transaction() as conn:
        reached = await repository.read_cursor(conn, now)
    missed, until = 0, now - _PATIENCE
    try:
        async for payload in system.processor.events_since(reached - _OVERLAP):
            event = envelope(payload)
            if event.created_at > until:
                break
            missed += await _handle(system, event)
    except (ProcessorAwayError, Problem) as away:
        log.warning("catch_up_waits", reason=str(away))
        return missed
    async with system.db.transaction() as conn:
        await repository.move_cursor(conn, max(reached, until))
    return missed


async def _handle(system: System, event: WebhookEvent) -> bool:
    if event.type not in HANDLERS:
        return False
    async with system.db.statement() as conn:
        if await repository.is_known(conn, event.event_id):
            return False
    log.info("event_caught_up", event_id=event.event_id, type=event.type)
    await receive(system, event)
    return True
