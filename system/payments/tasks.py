"""The sweep: what nobody is at work on any more is asked for, until it is known."""

from collections.abc import Awaitable, Sequence
from datetime import timedelta

import structlog

from system.audit.service import Actor
from system.context import System
from system.kit.concurrency import each
from system.payments import refund_repository, repository
from system.payments.inquiry import refresh, refresh_refund
from system.payments.transitions import ContradictionError

log = structlog.get_logger(__name__)

_BATCH = 40
_NO_EVENT_FOR = timedelta(minutes=35)
"""After this long, a buyer who was sent to a page may have finished there without an event reaching us."""

_ACTOR = Actor("system:sweep")


async def sweep(system: System) -> int:
    """Ask for one batch of undecided payments and refunds; return how many there were. Two sweeps share the work."""
    payments, refunds = await _take(system)
    await each(payments, lambda found: _guarded(found, refresh(system, found, actor=_ACTOR)))
    await each(refunds, lambda found: _guarded(found, refresh_refund(system, found, actor=_ACTOR)))
    return len(payments) + len(refunds)


async def _take(system: System) -> tuple[Sequence[str], Sequence[str]]:
    now = system.clock.now()
    left_behind = now - timedelta(seconds=system.settings.uncertain_after_s)
    asked = now - timedelta(seconds=system.settings.sweep_interval_s)
    unanswered = now - _NO_EVENT_FOR
    async with system.db.transaction() as conn:
        payments = await repository.take_undecided(
            conn, now=now, left_behind=left_behind, unanswered=unanswered, asked=asked, limit=_BATCH
        )
        refunds = await refund_repository.take_undecided(
            conn, now=now, left_behind=left_behind, unanswered=unanswered, asked=asked, limit=_BATCH
        )
    return payments, refunds


async def _guarded(object_id: str, asking: Awaitable[object]) -> None:
    """One that fails does not hold up the others, and comes up again."""
    try:
        await asking
    except ContradictionError as contradiction:
        log.error("sweep_found_contradiction", object_id=object_id, reason=str(contradiction))  # noqa: TRY400 - the sentence is the finding, a trace is none
    except Exception:
        log.exception("sweep_failed", object_id=object_id)
