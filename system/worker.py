"""`python -m system worker`: send what is owed, number what was sold, settle what is undecided, forget old keys."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable

import psycopg
import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from system.accounts.repository import find_recipient
from system.accounts.tasks import blueprint as account_tasks
from system.context import System
from system.idempotency import service as idempotency
from system.invoicing.numbering import issue_due
from system.kit.clock import Clock
from system.migrations.head import schema_fault
from system.notifications.mail_server import MailServer
from system.notifications.tasks import blueprint as mail_tasks
from system.observability.logs import configure_logging
from system.opening import opened
from system.payments.tasks import sweep
from system.privacy.tasks import blueprint as privacy_tasks
from system.settings import Settings
from system.subscriptions.tasks import sweep as sweep_subscriptions
from system.webhooks.catch_up import catch_up
from system.webhooks.tasks import blueprint as event_tasks

log = structlog.get_logger(__name__)

_MAILS_AT_ONCE = 4
_HEARTBEAT_S = 2.0
_STALLED_AFTER_S = 10.0
"""A worker that was silent for this long is dead, and its jobs are taken over."""

_EXPIRY_S = 60.0
_NUMBERING_S = 1.0
_AWAY_S = 1.0
_DRAIN_S = 20.0
_AWAY = (psycopg.OperationalError, PoolTimeout, ConnectorException, OSError)


def work(settings: Settings, clock: Clock) -> int:
    """Work until told to stop. Return 1, with one sentence and the way out, when that is impossible."""
    configure_logging(settings.log_level)
    fault = schema_fault(str(settings.database_url))
    if fault:
        print(fault, file=sys.stderr)  # noqa: T201 - a command prints
        return 1
    asyncio.run(_work(settings, clock))
    return 0


async def _work(settings: Settings, clock: Clock) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for order in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(order, stop.set)
    async with opened(settings, clock) as system, asyncio.TaskGroup() as group:
        log.info("worker_started", sweep_interval_s=settings.sweep_interval_s)
        group.create_task(_every(settings.sweep_interval_s, stop, lambda: _sweep_all(system)))
        group.create_task(_every(_EXPIRY_S, stop, lambda: _expire_all(system)))
        group.create_task(_every(_NUMBERING_S, stop, lambda: _issue_due(system)))
        group.create_task(_every(settings.catch_up_interval_s, stop, lambda: _catch_up(system)))
        group.create_task(_mail(system, stop))
    log.info("worker_stopped")


async def _every(interval_s: float, stop: asyncio.Event, action: Callable[[], Awaitable[None]]) -> None:
    """Repeat an action until the order to stop; a database that is away for a while ends nothing."""
    while not stop.is_set():
        try:
            await action()
        except _AWAY as away:
            log.warning("worker_waits", reason=str(away).splitlines()[0] if str(away) else type(away).__name__)
        await _sleep(interval_s, stop)


async def _sweep_all(system: System) -> None:
    while await sweep(system) + await sweep_subscriptions(system):
        pass


async def _catch_up(system: System) -> None:
    await catch_up(system)


async def _issue_due(system: System) -> None:
    await issue_due(system)


async def _expire_all(system: System) -> None:
    expired = 1
    while expired:
        async with system.db.transaction() as conn:
            expired = await idempotency.expire(conn, system.clock.now())


async def _mail(system: System, stop: asyncio.Event) -> None:
    """Run the queue, and run it again when the database comes back: a job is in the database or it is done."""
    while not stop.is_set():
        connector = PsycopgConnector(conninfo=str(system.settings.database_url), min_size=1, max_size=_MAILS_AT_ONCE)
        queue = App(connector=connector)
        queue.add_tasks_from(mail_tasks, namespace="")
        queue.add_tasks_from(account_tasks, namespace="")
        queue.add_tasks_from(privacy_tasks, namespace="")
        queue.add_tasks_from(event_tasks, namespace="")
        try:
            async with queue.open_async(), MailServer(system.settings) as mail_server:
                await _run(queue, system, mail_server, stop)
        except _AWAY as away:
            log.warning("queue_waits", reason=str(away).splitlines()[0] if str(away) else type(away).__name__)
            await _sleep(_AWAY_S, stop)


async def _run(queue: App, system: System, mail_server: MailServer, stop: asyncio.Event) -> None:
    worker = asyncio.create_task(
        queue.run_worker_async(
            concurrency=_MAILS_AT_ONCE,
            install_signal_handlers=False,
            additional_context={"system": system, "recipient_of": find_recipient, "mail_server": mail_server},
            delete_jobs="successful",
            shutdown_graceful_timeout=_DRAIN_S,
            update_heartbeat_interval=_HEARTBEAT_S,
            stalled_worker_timeout=_STALLED_AFTER_S,
            fetch_job_polling_interval=_HEARTBEAT_S,
        )
    )
    ended = asyncio.create_task(stop.wait())
    taking_over = asyncio.create_task(_every(_HEARTBEAT_S, stop, lambda: _take_over(queue)))
    try:
        await asyncio.wait({worker, ended}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ended.cancel()
        taking_over.cancel()
        worker.cancel()
        await asyncio.gather(worker, ended, taking_over, return_exceptions=True)
    if not worker.cancelled() and (failure := worker.exception()):
        raise failure


async def _take_over(queue: App) -> None:
    """Put back what a dead worker had in hands."""
    for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_AFTER_S):
        await queue.job_manager.retry_job(job)


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
