from datetime import datetime

from system.kit.db import Connection
from system.ledger import entries
from system.ledger import service as ledger
from system.payments.models import Payment
from system.processor.port import Charged


async def book_capture(conn: Connection, payment: Payment, charged: Charged, now: datetime) -> None:
    """Book what a charge brought, once for the charge, as revenue of whatever asked for it."""
    movement = charged.movement
    entry = entries.capture(
        charged.charge_id,
        sold=payment.money,
        gross=movement.gross,
        fee=movement.fee,
        net=movement.net,
        now=now,
        revenue=payment.revenue,
    )
    await ledger.post(conn, entry)
