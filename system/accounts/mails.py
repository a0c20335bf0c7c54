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
    await repository.insert(
        conn, event_key=event_key, template="password_changed", recipient=account_id, facts=facts, now=now
    )


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
