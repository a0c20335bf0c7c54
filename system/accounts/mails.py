"""The mails that accounts owe. Each is written with its fact, in its transaction; none holds the link's secret."""

from datetime import datetime

from system.accounts.devices import device
from system.accounts.links import LIFE
from system.accounts.models import MailLink
from system.kit.db import Connection
from system.kit.wording import moment
from system.notifications import repository

_MINUTES = int(LIFE.total_seconds() // 60)


async def owe_link(conn: Connection, link: MailLink, template: str, now: datetime) -> None:
    """Owe the mail of a link, to the link's own address, once."""
    await repository.insert(
        conn,
        event_key=link.link_id,
        template=template,
        recipient=link.account_id,
        address=link.email,
        facts={"link_id": link.link_id, "minutes": _MINUTES},
        now=now,
    )


async def owe_password_notice(
    conn: Connection, *, event_key: str, account_id: str, user_agent: str, now: datetime
) -> None:
    """Owe the owner word that the password is another one now, and by which program it was changed."""
    facts: dict[str, object] = {"on": moment(now), "device": device(user_agent)}
    await _owe(conn, "password_changed", event_key, account_id, now=now, facts=facts)


async def owe_email_notice(conn: Connection, link: MailLink, old_email: str, now: datetime) -> None:
    """Owe the old address word that mails go elsewhere from now on."""
    await repository.insert(
        conn,
        event_key=link.link_id,
        template="email_changed",
        recipient=link.account_id,
        address=old_email,
        facts={"on": moment(now), "new_email": link.email},
        now=now,
    )


async def owe_guessing_notice(conn: Connection, event_key: str, account_id: str, now: datetime) -> None:
    """Owe the owner word that somebody who knows the password, or is inside, has tried many codes."""
    await _owe(conn, "codes_guessed", event_key, account_id, now=now, facts={"on": moment(now)})


async def owe_recovery_notice(conn: Connection, event_key: str, account_id: str, *, left: int, now: datetime) -> None:
    facts: dict[str, object] = {"on": moment(now), "left": left}
    await _owe(conn, "recovery_code_used", event_key, account_id, now=now, facts=facts)


async def owe_second_factor_notice(
    conn: Connection, event_key: str, account_id: str, *, enabled: bool, now: datetime
) -> None:
    """Owe the owner word that the second factor was switched on or off."""
    template = "second_factor_on" if enabled else "second_factor_off"
    await _owe(conn, template, event_key, account_id, now=now, facts={"on": moment(now)})


async def _owe(
    conn: Connection, template: str, event_key: str, account_id: str, *, now: datetime, facts: dict[str, object]
) -> None:
    await repository.insert(conn, event_key=event_key, template=template, recipient=account_id, facts=facts, now=now)
