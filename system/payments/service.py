"""Reading payments. Every question is asked for one account: somebody else's payment is as absent as none."""

from system.context import System
from system.kit.problems import NotFound
from system.payments import repository
from system.payments.models import Payment


async def get(system: System, payment_id: str, *, account_id: str) -> Payment:
    """Return the account's own payment, or raise NotFound."""
    async with system.db.statement() as conn:
        payment = await repository.find(conn, payment_id, account_id=account_id)
    if payment is None:
        raise NotFound(f"You have no payment {payment_id}; your payments are listed at /api/payments/history.")
    return payment


async def history(system: System, *, account_id: str, before: str | None, limit: int) -> list[Payment]:
    """Return an account's payments, newest first, older than `before`."""
    async with system.db.statement() as conn:
        return await repository.list_of_account(conn, account_id, before=before, limit=limit)
