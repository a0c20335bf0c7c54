from datetime import datetime

from system.kit.db import Connection, execute
from system.payments.models import Payment
from system.processor.port import Disputed


async def version_of(conn: Connection, processor_dispute_id: str) -> int:
    """Return the version that a dispute is at; 0 for one that we have not heard of."""
    cursor = await conn.execute(
        "SELECT version FROM disputes WHERE processor_dispute_id = %(given)s", {"given": processor_dispute_id}
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def status_of(conn: Connection, processor_dispute_id: str) -> str | None:
    cursor = await conn.execute(
        "SELECT status FROM disputes WHERE processor_dispute_id = %(given)s", {"given": processor_dispute_id}
    )
    row = await cursor.fetchone()
    return str(row[0]) if row else None


async def is_disputed(conn: Connection, payment_id: str) -> bool:
    """Tell whether a bank holds, or has kept, some of a payment."""
    cursor = await conn.execute(
        """
        SELECT FROM disputes
         WHERE payment_id = %(payment_id)s AND status IN ('needs_response', 'under_review', 'lost')
         LIMIT 1
        """,
        {"payment_id": payment_id},
    )
    return await cursor.fetchone() is not None


async def store(conn: Connection, payment: Payment, dispute: Disputed, version: int, now: datetime) -> None:
    """Write a dispute as the processor has it, as the version behind the one that it was read for."""
    await execute(
        conn,
        """
        INSERT INTO disputes (processor_dispute_id, payment_id, account_id, amount, currency, status, reason, version,
                              created_at, updated_at)
        VALUES (%(processor_dispute_id)s, %(payment_id)s, %(account_id)s, %(amount)s, %(currency)s, %(status)s,
                %(reason)s, %(version)s, %(now)s, %(now)s)
        ON CONFLICT (processor_dispute_id) DO UPDATE
           SET amount = EXCLUDED.amount, status = EXCLUDED.status, version = EXCLUDED.version,
               updated_at = EXCLUDED.updated_at
        """,
        {
            "processor_dispute_id": dispute.processor_dispute_id,
            "payment_id": payment.payment_id,
            "account_id": payment.account_id,
            "amount": dispute.money.amount,
            "currency": dispute.money.currency,
            "status": dispute.status,
            "reason": dispute.reason,
            "version": version + 1,
            "now": now,
        },
    )
