from datetime import datetime

from system.kit.db import Connection
from system.kit.ids import new_id
from system.kit.wording import moment
from system.notifications import repository


async def owe_link_notice(conn: Connection, account_id: str, provider: str, now: datetime) -> None:
    """Owe the owner word that the account opens by a log-in elsewhere from now on."""
    await repository.insert(
        conn,
        event_key=new_id("ntc", now),
        template="provider_linked",
        recipient=account_id,
        facts={"on": moment(now), "provider": provider},
        now=now,
    )
