"""`python -m system remove-second-factor`: for who has lost the authenticator and every recovery code.

Nobody who asks over HTTP can do this: the operator makes sure of the person by other means, and the owner is told.
"""

import asyncio
import sys

import psycopg

from system.accounts import mails, sessions
from system.accounts import repository as accounts
from system.accounts.email_addresses import normalised
from system.accounts.second_factor import repository
from system.audit.service import Actor, record
from system.kit.clock import Clock
from system.kit.db import Connection
from system.kit.ids import new_id
from system.settings import Settings

_REFUSED = 2
_CONNECT_TIMEOUT_S = 5


def remove_second_factor(settings: Settings, clock: Clock, *, email: str) -> int:
    """Switch the second factor of an account off, and end its sessions. Return 2 where there is none."""
    try:
        removed = asyncio.run(_apply(settings, clock, normalised(email)))
    except psycopg.OperationalError as away:
        reason = str(away).strip().splitlines()[0]
        print(f"The database does not answer ({reason}). Start it, or correct ASSAY_DATABASE_URL.", file=sys.stderr)  # noqa: T201 - a command prints
        return 1
    if not removed:
        print(f"No account of {email} has a second factor; check the address.", file=sys.stderr)  # noqa: T201
        return _REFUSED
    print(f"Removed the second factor of {email}; its sessions have ended, and a mail says so.")  # noqa: T201
    return 0


async def _apply(settings: Settings, clock: Clock, email: str) -> bool:
    url = str(settings.database_url)
    async with await psycopg.AsyncConnection.connect(url, connect_timeout=_CONNECT_TIMEOUT_S) as conn:
        return await _remove(conn, clock, email)


async def _remove(conn: Connection, clock: Clock, email: str) -> bool:
    account = await accounts.find_account_by_email(conn, email)
    factor = await repository.find(conn, account.account_id) if account else None
    if account is None or factor is None:
        return False
    now = clock.now()
    await repository.delete(conn, account.account_id)
    await sessions.end_all(conn, account.account_id, now, "second_factor_removed")
    await mails.owe_second_factor_notice(conn, new_id("fac", now), account.account_id, enabled=False, now=now)
    actor = Actor("system:command")
    await record(conn, actor=actor, action="account.second_factor_removed", object_id=account.account_id, now=now)
    return True
