"""Events that wait for a person to look carry what the processor knew of somebody; with him erased, they lose it."""

import psycopg
from procrastinate import Blueprint, JobContext, RetryStrategy

from system.context import System
from system.privacy.erasure import FORGET_EVENTS, QUEUE
from system.webhooks import repository

blueprint = Blueprint()

_RETRY = RetryStrategy(max_attempts=8, exponential_wait=2, retry_exceptions=(psycopg.OperationalError,))


@blueprint.task(name=FORGET_EVENTS, queue=QUEUE, retry=_RETRY, pass_context=True)
async def forget_events(context: JobContext, customer_id: str) -> None:
    system = context.additional_context["system"]
    assert isinstance(system, System)
    async with system.db.transaction() as conn:
        await repository.strip_payloads(conn, customer_id)
