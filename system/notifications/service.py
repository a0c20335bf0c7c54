"""Mails that facts owe: written with the fact, in its transaction, and sent afterwards until they are through."""

from datetime import datetime

from system.kit.db import Connection
from system.kit.money import Money
from system.notifications import repository


async def owe_receipt(
    conn: Connection, *, account_id: str, payment_id: str, item_name: str, money: Money, now: datetime
) -> None:
    """Owe the buyer a receipt, once for each payment."""
    facts: dict[str, object] = {"payment_id": payment_id, "item_name": item_name, **_priced(money, now)}
    await repository.insert(conn, event_key=payment_id, template="receipt", recipient=account_id, facts=facts, now=now)


async def owe_refund_notice(
    conn: Connection, *, account_id: str, payment_id: str, refund_id: str, item_name: str, money: Money, now: datetime
) -> None:
    """Owe the buyer word of a refund, once for each refund."""
    facts: dict[str, object] = {"payment_id": payment_id, "refund_id": refund_id, "item_name": item_name}
    await repository.insert(
        conn,
        event_key=refund_id,
        template="refund",
        recipient=account_id,
        facts=facts | _priced(money, now),
        now=now,
    )


def _priced(money: Money, now: datetime) -> dict[str, object]:
    return {"amount": str(money), "on": now.date().isoformat()}
