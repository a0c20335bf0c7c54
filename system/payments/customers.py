"""What the processor knows an account as: one customer, made when it is first needed."""

from system.accounts.models import Identity
from system.context import System
from system.payments import repository
from system.processor.port import Unavailable, Unknown


async def ensure(system: System, identity: Identity, *, attempt_id: str) -> str | Unavailable:
    """Return the account's customer; `attempt_id` names what it is needed for."""
    async with system.db.statement() as conn:
        known = await repository.find_customer(conn, identity.account_id)
    if known is not None:
        return known
    created = await create(system, identity, attempt_id=attempt_id)
    if isinstance(created, Unknown):
        return Unavailable(created.reason)
    async with system.db.transaction() as conn:
        return await repository.store_customer(
            conn, account_id=identity.account_id, customer_id=created, now=system.clock.now()
        )


async def create(system: System, identity: Identity, *, attempt_id: str) -> str | Unknown:
    """Ask for a customer; the second key is for the day on which the processor remembers its failure of the first."""
    account_id, email = identity.account_id, identity.email
    created = await system.processor.create_customer(account_id=account_id, email=email, key=f"customer:{account_id}")
    if isinstance(created, Unknown) and created.replayed:
        return await system.processor.create_customer(account_id=account_id, email=email, key=f"customer:{attempt_id}")
    return created
