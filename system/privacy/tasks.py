"""The processor is asked to forget a person until it says that it has."""

import psycopg
import structlog
from procrastinate import BaseRetryStrategy, Blueprint, JobContext, RetryDecision
from procrastinate.jobs import Job

from system.audit.service import Actor, record
from system.context import System
from system.privacy import repository
from system.privacy.erasure import FORGET_CUSTOMER, QUEUE
from system.processor.port import Unavailable, Unknown

log = structlog.get_logger(__name__)
blueprint = Blueprint()

_WAIT_MAX_S = 3600


class NotForgottenError(Exception):
    """The processor did not say that it has forgotten the person; asking again does no harm."""


class _UntilDone(BaseRetryStrategy):
    """Later and later, up to once an hour, for ever: a promise to a person does not expire."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if not isinstance(exception, NotForgottenError | psycopg.OperationalError):
            return None
        return RetryDecision(retry_in={"seconds": min(2**job.attempts, _WAIT_MAX_S)})


@blueprint.task(name=FORGET_CUSTOMER, queue=QUEUE, retry=_UntilDone(), pass_context=True)
async def forget_customer(context: JobContext, erasure_id: str) -> None:
    system = context.additional_context["system"]
    assert isinstance(system, System)
    async with system.db.statement() as conn:
        erasure = await repository.find(conn, erasure_id)
    if erasure is None or erasure.processor_customer_id is None or erasure.forgotten_at is not None:
        return
    answer = await system.processor.forget_customer(erasure.processor_customer_id)
    if isinstance(answer, Unavailable | Unknown):
        log.warning("customer_not_forgotten", erasure_id=erasure_id, reason=answer.reason)
        raise NotForgottenError(erasure_id)
    now = system.clock.now()
    async with system.db.transaction() as conn:
        if await repository.mark_forgotten(conn, erasure_id, now):
            actor = Actor("system:privacy")
            await record(
                conn, actor=actor, action="account.forgotten_by_processor", object_id=erasure.account_id, now=now
            )
