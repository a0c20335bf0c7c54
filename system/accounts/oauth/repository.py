from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from system.accounts.models import Account
from system.kit.db import Connection, execute, fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class LinkedIdentity:
    """A log-in at a provider that opens an account. `email` is what the provider called the person by then."""

    identity_id: str
    account_id: str
    issuer: str
    subject: str
    email: str
    linked_at: datetime
    used_at: datetime | None


async def use_state(conn: Connection, state_hash: bytes, now: datetime, expires_at: datetime) -> bool:
    """Remember that a state was answered; False if it was before. What has expired is forgotten on the way."""
    await execute(conn, "DELETE FROM oauth_states WHERE expires_at <= %(now)s", {"now": now})
    used = await execute(
        conn,
        """
        INSERT INTO oauth_states (state_hash, used_at, expires_at)
        VALUES (%(state_hash)s, %(now)s, %(expires_at)s)
        ON CONFLICT (state_hash) DO NOTHING
        """,
        {"state_hash": state_hash, "now": now, "expires_at": expires_at},
    )
    return used == 1


async def take_turn(conn: Connection, issuer: str, subject: str) -> None:
    """Wait for whoever logs in by the same identity now: two first log-ins at once shall make one account."""
    await execute(
        conn,
        "SELECT pg_advisory_xact_lock(hashtextextended(%(identity)s, 0))",
        {"identity": f"identity:{issuer}\n{subject}"},
    )


async def hold_account(conn: Connection, issuer: str, subject: str) -> Account | None:
    """Return the account that an identity opens, and keep it as it is until the commit."""
    return await fetch_one(
        conn,
        Account,
        """
        SELECT accounts.account_id, accounts.email, name, role, created_at, email_verified_at
        FROM identities JOIN accounts USING (account_id)
        WHERE issuer = %(issuer)s AND subject = %(subject)s FOR SHARE OF accounts
        """,
        {"issuer": issuer, "subject": subject},
    )


async def insert_identity(conn: Connection, identity: LinkedIdentity) -> bool:
    """Return False if the identity has an account, or the account an identity of this issuer."""
    inserted = await execute(
        conn,
        """
        INSERT INTO identities (identity_id, account_id, issuer, subject, email, linked_at, used_at)
        VALUES (%(identity_id)s, %(account_id)s, %(issuer)s, %(subject)s, %(email)s, %(linked_at)s, %(used_at)s)
        ON CONFLICT DO NOTHING
        """,
        {
            "identity_id": identity.identity_id,
            "account_id": identity.account_id,
            "issuer": identity.issuer,
            "subject": identity.subject,
            "email": identity.email,
            "linked_at": identity.linked_at,
            "used_at": identity.used_at,
        },
    )
    return inserted == 1


async def touch(conn: Connection, issuer: str, subject: str, now: datetime) -> None:
    await execute(
        conn,
        "UPDATE identities SET used_at = %(now)s WHERE issuer = %(issuer)s AND subject = %(subject)s",
        {"issuer": issuer, "subject": subject, "now": now},
    )


async def list_identities(conn: Connection, account_id: str) -> Sequence[LinkedIdentity]:
    return await fetch_all(
        conn,
        LinkedIdentity,
        """
        SELECT identity_id, account_id, issuer, subject, email, linked_at, used_at
        FROM identities WHERE account_id = %(account_id)s ORDER BY identity_id
        """,
        {"account_id": account_id},
    )


async def delete_identities(conn: Connection, account_id: str) -> int:
    """Unlink whatever opens an account besides its password; return how many there were."""
    return await execute(conn, "DELETE FROM identities WHERE account_id = %(account_id)s", {"account_id": account_id})
