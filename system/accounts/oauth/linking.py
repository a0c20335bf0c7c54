"""A log-in at the provider linked to an account that is open already, and unlinked."""

from collections.abc import Sequence

from system.accounts import repository as accounts
from system.accounts.models import Identity
from system.accounts.oauth import flow, repository
from system.accounts.oauth.joining import link
from system.accounts.oauth.notices import owe_link_notice
from system.accounts.oauth.problems import AddressUnconfirmed, IdentityTaken, LastWayIn, StrayAnswer
from system.accounts.oauth.repository import LinkedIdentity
from system.accounts.oauth.tickets import Ticket
from system.accounts.password_proof import prove_password
from system.audit.service import Actor, record
from system.context import System
from system.oidc.models import Claims

AFTERWARDS = "/account/provider"


async def begin(system: System, identity: Identity, password: str, *, request_id: str) -> flow.Departure:
    """Go to the provider to link it. The password is asked for: a session that was left open adds no other way in.

    Raises WrongPassword, TooManyTries and AddressUnconfirmed: somebody else may still show the better right to an
    address that nobody has confirmed (`password_reset`), and no way in shall outlive that.
    """
    await prove_password(system, identity, password, request_id=request_id)
    if not identity.email_verified:
        raise AddressUnconfirmed
    return await flow.depart(system, "link", AFTERWARDS, account_id=identity.account_id)


async def finish(system: System, identity: Identity | None, ticket: Ticket, claims: Claims, *, request_id: str) -> None:
    """Link what the provider has proven to the account that asked for it; nobody else's session takes it over."""
    if identity is None or identity.account_id != ticket.account_id:
        raise StrayAnswer
    now = system.clock.now()
    name = system.settings.oidc_name
    async with system.db.transaction() as conn:
        account = await accounts.lock_account(conn, identity.account_id)
        if not await link(conn, claims, account, request_id, now):
            raise IdentityTaken(name)
        await owe_link_notice(conn, account.account_id, name, now)


async def unlink(system: System, identity: Identity, *, request_id: str) -> None:
    """Close this way in; LastWayIn for an account that has no password."""
    now = system.clock.now()
    async with system.db.transaction() as conn:
        await accounts.lock_account(conn, identity.account_id)
        if (await accounts.get_credentials(conn, identity.account_id)).password_hash is None:
            raise LastWayIn
        if await repository.delete_identities(conn, identity.account_id):
            actor = Actor(identity.account_id, request_id)
            await record(conn, actor=actor, action="account.provider_unlinked", object_id=identity.account_id, now=now)


async def list_linked(system: System, identity: Identity) -> Sequence[LinkedIdentity]:
    async with system.db.statement() as conn:
        return await repository.list_identities(conn, identity.account_id)
