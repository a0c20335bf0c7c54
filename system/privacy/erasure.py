"""A person is erased, and the books stay whole: GDPR, article 17, and its exception for what the law has us keep.

What names the person is replaced by a pseudonym or deleted, in one transaction; payments, refunds, the ledger and the
audit log keep the account's id, which points to the pseudonym. Invoices that were issued keep the buyer's name and
address: tax law has a seller keep them as they are (`invoicing.personal`). The processor is told by a job: it may not
answer now.
"""

from datetime import datetime, timedelta

from system.accounts import erasure as accounts
from system.accounts import repository as account_repository
from system.accounts import session_repository
from system.accounts.models import Identity
from system.accounts.password_proof import prove_password
from system.audit.service import Actor, record
from system.context import System
from system.idempotency import personal as idempotency
from system.kit.db import Connection
from system.kit.ids import new_id
from system.kit.jobs import defer
from system.notifications import personal as notifications
from system.payments import personal as payments
from system.privacy import repository
from system.privacy.problems import MoneyUndecided, RecentLoginRequired, SubscriptionLive
from system.privacy.repository import Erasure
from system.subscriptions import personal as subscriptions
from system.subscriptions import repository as subscription_repository

QUEUE = "privacy"
FORGET_CUSTOMER = "forget_customer"
FORGET_EVENTS = "forget_events"
RECENT = timedelta(minutes=10)


async def erase(system: System, identity: Identity, password: str | None, *, request_id: str) -> None:
    """Erase who asks, for good.

    Raises WrongPassword and TooManyTries, or RecentLoginRequired for an account without a password; MoneyUndecided and
    SubscriptionLive while something is under way that has an owner.
    """
    await _prove(system, identity, password, request_id=request_id)
    now = system.clock.now()
    async with system.db.transaction() as conn:
        # Whoever begins something for this account waits here, and is refused by the database afterwards.
        account = await account_repository.lock_account(conn, identity.account_id)
        await _refuse_if_under_way(conn, account.account_id)
        await payments.strip(conn, account.account_id)
        await subscriptions.strip(conn, account.account_id)
        await idempotency.forget_keys(conn, account.account_id)
        await notifications.withdraw_all(conn, account.account_id)
        await accounts.forget(conn, account, now)
        await _tell_processor(conn, account.account_id, now)
        actor = Actor(account.account_id, request_id)
        await record(conn, actor=actor, action="account.erased", object_id=account.account_id, now=now)


async def _prove(system: System, identity: Identity, password: str | None, *, request_id: str) -> None:
    async with system.db.statement() as conn:
        known = await account_repository.get_credentials(conn, identity.account_id)
        opened_at = await session_repository.opened_at(conn, identity.session_id)
    if known.password_hash is not None:
        await prove_password(system, identity, password or "", request_id=request_id)
    elif system.clock.now() - opened_at > RECENT:
        raise RecentLoginRequired


async def _refuse_if_under_way(conn: Connection, account_id: str) -> None:
    undecided = await payments.find_undecided(conn, account_id)
    if undecided is not None:
        raise MoneyUndecided(undecided)
    live = await subscription_repository.find_live(conn, account_id)
    if live is not None:
        raise SubscriptionLive(live.subscription_id)


async def _tell_processor(conn: Connection, account_id: str, now: datetime) -> None:
    customer_id = await payments.take_customer(conn, account_id)
    # Somebody whom the processor never met is forgotten there already.
    forgotten_at = now if customer_id is None else None
    erasure = Erasure(new_id("era", now), account_id, now, customer_id, forgotten_at)
    await repository.insert(conn, erasure)
    if customer_id is not None:
        arguments: dict[str, object] = {"erasure_id": erasure.erasure_id}
        await defer(conn, queue=QUEUE, task=FORGET_CUSTOMER, arguments=arguments)
        await defer(conn, queue=QUEUE, task=FORGET_EVENTS, arguments={"customer_id": customer_id})
