"""A new password for who has lost the old one, by a link to the account's address.

The asker is told the same, after the same work, whether there is such an account or not: the request is written down
and a job ordered, and only the worker looks who it is. Using the link proves the address as well.
"""

from datetime import datetime

import structlog

from system.accounts import link_repository, links, mails, passwords, repository, sessions
from system.accounts.email_addresses import normalised
from system.accounts.models import Account
from system.accounts.problems import TooManyMails
from system.audit.service import Actor, record
from system.context import System
from system.kit.db import Connection
from system.kit.ids import new_id
from system.kit.jobs import defer
from system.notifications.repository import QUEUE

log = structlog.get_logger(__name__)

TASK = "mail_reset_link"


async def ask(system: System, email: str, *, request_id: str) -> None:
    """Order the link for this address, in two statements and a commit, whoever it belongs to."""
    now = system.clock.now()
    ordered_id = new_id("rst", now)
    async with system.db.transaction() as conn:
        await link_repository.insert_request(conn, ordered_id, normalised(email), request_id, now)
        await defer(conn, queue=QUEUE, task=TASK, arguments={"ordered_id": ordered_id})


async def fulfil(system: System, ordered_id: str) -> None:
    """Send what was ordered, if the address has an account and not too many were sent; once, for the order is gone."""
    now = system.clock.now()
    async with system.db.transaction() as conn:
        order = await link_repository.take_request(conn, ordered_id)
        account = await repository.find_account_by_email(conn, order.email) if order else None
        if order is not None and account is not None:
            await _send(system, conn, account, order.request_id, now)


async def reset(system: System, token: str, new_password: str, *, user_agent: str, request_id: str) -> None:
    """Set a new password, end every session, void every link, and send the owner word. Raises LinkRefused."""
    await links.look(system, token, "reset_password")
    password_hash = await passwords.hashed(new_password)
    now = system.clock.now()
    async with system.db.transaction() as conn:
        link = await links.use(conn, token, "reset_password", now)
        await repository.set_password(conn, link.account_id, password_hash)
        await repository.set_verified_email(conn, link.account_id, link.email, now)
        ended = await sessions.end_all(conn, link.account_id, now, "password_reset")
        await link_repository.void_open(conn, link.account_id, now)
        await mails.owe_password_notice(
            conn, event_key=link.link_id, account_id=link.account_id, user_agent=user_agent, now=now
        )
        actor = Actor(link.account_id, request_id)
        details: dict[str, object] = {"sessions_ended": ended}
        await record(
            conn, actor=actor, action="account.password_reset", object_id=link.account_id, now=now, details=details
        )


async def _send(system: System, conn: Connection, account: Account, request_id: str, now: datetime) -> None:
    try:
        link = await links.issue(
            system, conn, account.account_id, purpose="reset_password", email=account.email, now=now
        )
    except TooManyMails:
        log.info("reset_link_withheld", account_id=account.account_id, request_id=request_id)
        return
    await mails.owe_link(conn, link, "reset_password", now)
    actor = Actor("system:accounts", request_id)
    await record(conn, actor=actor, action="account.reset_asked", object_id=account.account_id, now=now)
