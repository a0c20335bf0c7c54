"""One named request has one effect and one answer, for a day."""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from system.idempotency import repository
from system.idempotency.models import Answer, IdempotencyKey, Scope
from system.idempotency.problems import IdempotencyMismatch
from system.kit.db import Connection
from system.kit.problems import Problem

KEPT_FOR = timedelta(hours=24)
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Open:
    """The key is held by a request whose outcome is not final: `object_id` is what it makes."""

    object_id: str


async def claim(conn: Connection, scope: Scope, object_id: str, now: datetime) -> Answer | Open | None:
    """Return None when the key is ours now, else what the first request with it came to.

    Raises IdempotencyMismatch when that request asked for something else.
    """
    if await repository.claim(conn, scope, object_id, now=now, expired=now - KEPT_FOR):
        return None
    held = await repository.find(conn, scope)
    assert held is not None, "a key that was in the way is only deleted a day after its answer"
    return decide(held, scope)


def decide(held: IdempotencyKey, scope: Scope) -> Answer | Open:
    """Judge a second request by the first one with its key."""
    if not hmac.compare_digest(held.body_hash, scope.body_hash):
        raise IdempotencyMismatch(
            "This Idempotency-Key was used for another request. Repeat that one exactly, or send this with a new key."
        )
    return replace(held.answer, replayed=True) if held.answer else Open(held.object_id)


async def conclude(conn: Connection, object_id: str, answer: Answer, now: datetime) -> Answer:
    """Store the final answer on the key and return it; if somebody else was first, return theirs."""
    if await repository.store(conn, object_id, answer, now):
        return answer
    held = await repository.find_by_object(conn, object_id)
    return (held.answer if held else None) or answer


async def refuse(conn: Connection, scope: Scope, object_id: str, problem: Problem, now: datetime) -> Answer:
    """Store a refusal that would be the same tomorrow."""
    answer = Answer.refusal(problem, route=scope.route, request_id=scope.request_id)
    return await conclude(conn, object_id, answer, now)


async def release(conn: Connection, object_id: str) -> None:
    """Give the key back: the request had no effect and may be sent again as it is."""
    await repository.release(conn, object_id)


async def asked_as(conn: Connection, object_id: str) -> IdempotencyKey | None:
    """Find the key under which an object was asked for, to answer it in the asker's terms."""
    return await repository.find_by_object(conn, object_id)


async def expire(conn: Connection, now: datetime) -> int:
    """Delete a batch of keys whose day is over; a key without a final answer outlives it."""
    return await repository.delete_expired(conn, expired=now - KEPT_FOR, limit=_BATCH)
