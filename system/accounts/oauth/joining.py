"""From what the provider says to an account of ours (monetization rule I5).

An identity is the issuer and the subject. An address joins an identity to an account only where both sides have proven
it: by the provider's word alone, whoever types somebody's address there would get his account; and by our unproven
record alone, whoever typed somebody's address here first would be let in beside him for ever.
"""

from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from system.accounts import repository as accounts
from system.accounts.admission import Admission, admit
from system.accounts.email_addresses import normalised
from system.accounts.models import Account, Origin
from system.accounts.oauth import repository
from system.accounts.oauth.notices import owe_link_notice
from system.accounts.oauth.problems import IdentityTaken, LinkFirst, UnprovenEmail
from system.accounts.oauth.repository import LinkedIdentity
from system.accounts.schemas import Email, Name
from system.audit.service import Actor, record
from system.context import System
from system.kit.db import Connection
from system.kit.ids import new_id
from system.oidc.models import Claims

_NEVER_BY_ADDRESS = ("admin", "auditor")
"""Who reads everybody's books is not handed to whoever runs the provider's mail: he links by himself."""

_EMAIL: TypeAdapter[str] = TypeAdapter(Email)
_NAME: TypeAdapter[str] = TypeAdapter(Name)


async def let_in(system: System, claims: Claims, origin: Origin) -> Admission:
    """Let in whom the provider has proven; raises UnprovenEmail and LinkFirst where that opens no account."""
    now = system.clock.now()
    async with system.db.transaction() as conn:
        await repository.take_turn(conn, claims.issuer, claims.subject)
        account = await repository.hold_account(conn, claims.issuer, claims.subject)
        if account is None:
            account = await _join(system, conn, claims, origin, now)
        await repository.touch(conn, claims.issuer, claims.subject, now)
        return await admit(system, conn, account, origin, now, by="provider")


async def link(conn: Connection, claims: Claims, account: Account, request_id: str, now: datetime) -> bool:
    """Make an identity a way into an account; False if either is linked elsewhere."""
    identity_id = new_id("idn", now)
    linked = await repository.insert_identity(
        conn,
        LinkedIdentity(
            identity_id=identity_id,
            account_id=account.account_id,
            issuer=claims.issuer,
            subject=claims.subject,
            email=normalised(claims.email or account.email),
            linked_at=now,
            used_at=None,
        ),
    )
    if not linked:
        return False
    actor = Actor(account.account_id, request_id)
    await record(
        conn,
        actor=actor,
        action="account.provider_linked",
        object_id=account.account_id,
        now=now,
        details={"issuer": claims.issuer, "identity_id": identity_id},
    )
    return True


async def _join(system: System, conn: Connection, claims: Claims, origin: Origin, now: datetime) -> Account:
    """Find or make the account of a person who comes for the first time."""
    provider = system.settings.oidc_name
    email = _proven_email(claims, provider)
    account = await accounts.find_account_by_email(conn, email)
    if account is None:
        account = Account(new_id("usr", now), email, _name(claims, email), "student", now, email_verified_at=now)
        await _sign_up(conn, account, claims, origin.request_id, provider)
        return account
    if account.email_verified_at is None or account.role in _NEVER_BY_ADDRESS:
        raise LinkFirst(provider)
    if not await link(conn, claims, account, origin.request_id, now):
        # The provider has given the address to another person since: a subject is one person, an address is not.
        raise IdentityTaken(provider)
    await owe_link_notice(conn, account.account_id, provider, now)
    return account


async def _sign_up(conn: Connection, account: Account, claims: Claims, request_id: str, provider: str) -> None:
    """Store an account without a password; a link to its address sets one whenever the person wants it."""
    if not await accounts.insert_account(conn, account, password_hash=None):
        # Somebody signed up with the address between two statements, and has not confirmed it.
        raise LinkFirst(provider)
    await record(
        conn,
        actor=Actor(account.account_id, request_id),
        action="account.signed_up",
        object_id=account.account_id,
        now=account.created_at,
        details={"by": "provider"},
    )
    await link(conn, claims, account, request_id, account.created_at)


def _proven_email(claims: Claims, provider: str) -> str:
    if claims.email is None or not claims.email_verified:
        raise UnprovenEmail(provider)
    try:
        return normalised(_EMAIL.validate_python(claims.email))
    except ValidationError:
        raise UnprovenEmail(provider) from None


def _name(claims: Claims, email: str) -> str:
    try:
        return _NAME.validate_python(claims.name)
    except ValidationError:
        return email.partition("@")[0][:100]
