"""What a dispute does to a payment: the books follow the money, and what the payment opened follows the state.

| state at the processor                      | what the payment opened | books                                       |
|---------------------------------------------|-------------------------|---------------------------------------------|
| `warning_…` (an inquiry)                    | stays open              | nothing moves                               |
| `needs_response`, `under_review`            | is closed               | amount and fee leave, as the processor says |
| `won`, `warning_closed`, `prevented`        | is open again           | what comes back, as the processor says      |
| `lost`                                      | stays closed            | what left stays gone                        |

`lost` may still become `won`. The state is read of the processor, never taken from an event.
"""

from datetime import datetime
from typing import Final

from system.audit.service import Actor, record
from system.entitlements import service as entitlements
from system.kit.db import Connection
from system.ledger import entries
from system.ledger import service as ledger
from system.payments import dispute_repository, repository
from system.payments.models import Payment
from system.processor.port import Disputed

_TAKEN: Final = frozenset({"needs_response", "under_review", "lost"})
"""The bank holds the money, or keeps it."""


def takes_money(dispute: Disputed) -> bool:
    """Tell a chargeback from an inquiry, and from a dispute that was won."""
    return dispute.status in _TAKEN


async def settle_dispute(
    conn: Connection, payment_id: str, dispute: Disputed, *, read_for: int, actor: Actor, now: datetime
) -> bool:
    """Apply a dispute as it was read; False if it was written since `read_for`, and has to be read anew.

    The payment's row is the lock of its disputes.
    """
    payment = await repository.lock(conn, payment_id)
    if await dispute_repository.version_of(conn, dispute.processor_dispute_id) != read_for:
        return False
    before = await dispute_repository.status_of(conn, dispute.processor_dispute_id)
    await dispute_repository.store(conn, payment, dispute, read_for, now)
    for movement in dispute.movements:
        await ledger.post(conn, entries.dispute(movement, now=now))
    await _follow(conn, payment, dispute, now)
    if before != dispute.status:
        details: dict[str, object] = {"payment_id": payment_id, "from": before, "to": dispute.status}
        name = dispute.processor_dispute_id
        await record(conn, actor=actor, action="payment.disputed", object_id=name, now=now, details=details)
    return True


async def _follow(conn: Connection, payment: Payment, dispute: Disputed, now: datetime) -> None:
    """Close what the payment opened while the bank has its money; give back only what this dispute has closed."""
    because = dispute.processor_dispute_id
    if takes_money(dispute):
        await entitlements.revoke(conn, payment_id=payment.payment_id, because=because, now=now)
    else:
        await entitlements.restore(conn, payment_id=payment.payment_id, because=because)
