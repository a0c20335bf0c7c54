"""The job behind each mail that is owed. Run twice, it sends once; refused, it comes back later and later."""

from datetime import timedelta

import aiosmtplib
import psycopg
import structlog
from procrastinate import Blueprint, JobContext, RetryStrategy

from system.context import System
from system.notifications import repository
from system.notifications.mail import compose
from system.notifications.mail_server import MailServer
from system.notifications.models import AddressBook
from system.notifications.repository import QUEUE, TASK, Notification

log = structlog.get_logger(__name__)
blueprint = Blueprint()

_LEASE = timedelta(seconds=30)
"""Longer than a server may take to answer: who holds a mail for longer than this has died with it."""


class InOtherHandsError(Exception):
    """Somebody is sending this mail now, or was until a moment ago."""


_RETRY = RetryStrategy(
    max_attempts=14,
    exponential_wait=2,
    retry_exceptions=(aiosmtplib.SMTPException, OSError, psycopg.OperationalError, InOtherHandsError),
)


@blueprint.task(name=TASK, queue=QUEUE, retry=_RETRY, pass_context=True)
async def send_mail(context: JobContext, notification_id: str) -> None:
    system = context.additional_context["system"]
    assert isinstance(system, System)
    recipient_of: AddressBook = context.additional_context["recipient_of"]
    mail_server: MailServer = context.additional_context["mail_server"]
    notification = await _lease(system, notification_id)
    if notification is None:
        return
    async with system.db.statement() as conn:
        recipient = await recipient_of(conn, notification.recipient)
        if recipient is None:
            await repository.withdraw(conn, notification_id)
            return
    try:
        await mail_server.deliver(compose(notification, recipient, system.settings))
    except (aiosmtplib.SMTPException, OSError) as refused:
        log.warning("mail_refused", notification_id=notification_id, reason=str(refused))
        async with system.db.statement() as conn:
            await repository.give_back(conn, notification_id)
        raise
    async with system.db.statement() as conn:
        await repository.mark_sent(conn, notification_id, system.clock.now())


async def _lease(system: System, notification_id: str) -> Notification | None:
    """Take the mail before it is sent: of two workers that come to have its job, one goes away."""
    now = system.clock.now()
    async with system.db.statement() as conn:
        leased = await repository.lease(conn, notification_id, now=now, stale=now - _LEASE)
        if leased is None and await repository.is_owed(conn, notification_id):
            raise InOtherHandsError(notification_id)
    return leased
