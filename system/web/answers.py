"""The money verbs as a page calls them: the same keys, the same phases, and a reader who may press twice."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

from fastapi import Request

from system.idempotency.models import Answer, Scope
from system.idempotency.problems import IdempotencyInProgress
from system.kit.http import Body, RequestId

_ASK_EVERY_S = 0.25
_PATIENCE_S = 12.0


def scope_of(request: Request, account_id: str, action: str, key: str, order: Body) -> Scope:
    digest = hashlib.sha256(order.model_dump_json().encode()).digest()
    return Scope(account_id, "POST", f"page:{action}", key, digest, RequestId.of(request))


async def once(verb: Callable[[], Awaitable[Answer]]) -> Answer:
    """Run a verb, or wait for the same one that an earlier press began.

    A browser shows the answer to the last press alone; telling it that the first is at work would tell the buyer
    nothing. IdempotencyInProgress when that takes longer than a person waits.
    """
    deadline = asyncio.get_running_loop().time() + _PATIENCE_S
    while True:
        try:
            return await verb()
        except IdempotencyInProgress:
            if asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(_ASK_EVERY_S)
