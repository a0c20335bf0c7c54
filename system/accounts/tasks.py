import psycopg
from procrastinate import Blueprint, JobContext, RetryStrategy

from system.accounts import password_reset
from system.context import System
from system.notifications.repository import QUEUE

blueprint = Blueprint()

_RETRY = RetryStrategy(max_attempts=8, exponential_wait=2, retry_exceptions=(psycopg.OperationalError,))


@blueprint.task(name=password_reset.TASK, queue=QUEUE, retry=_RETRY, pass_context=True)
async def mail_reset_link(context: JobContext, ordered_id: str) -> None:
    system = context.additional_context["system"]
    assert isinstance(system, System)
    await password_reset.fulfil(system, ordered_id)
