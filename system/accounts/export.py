"""What accounts hold of a person, for that person to read: no secret is among it, since none is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from system.accounts.api_keys.models import ApiKey
from system.accounts.api_keys.repository import list_keys
from system.accounts.models import Account
from system.accounts.oauth.repository import LinkedIdentity, list_identities
from system.accounts.repository import get_account
from system.kit.db import Connection, fetch_all

_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class HeldSession:
    session_id: str
    kind: str
    user_agent: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoked_because: str | None


@dataclass(frozen=True, slots=True)
class HeldLink:
    """A link that was mailed, without its secret."""

    purpose: str
    email: str
    issued_at: datetime
    expires_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldFactor:
    set_up_at: datetime
    enabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldOfAccount:
    account: Account
    sessions: Sequence[HeldSession]
    identities: Sequence[LinkedIdentity]
    mailed_links: Sequence[HeldLink]
    second_factors: Sequence[HeldFactor]
    api_keys: Sequence[ApiKey]


async def held(conn: Connection, account_id: str) -> HeldOfAccount:
    params = {"account_id": account_id}
    return HeldOfAccount(
        account=await get_account(conn, account_id),
        sessions=await fetch_all(
            conn,
            HeldSession,
            """
            SELECT session_id, kind, user_agent, created_at, used_at, expires_at, revoked_at, revoked_because
            FROM sessions WHERE account_id = %(account_id)s ORDER BY session_id
            """,
            params,
        ),
        identities=await list_identities(conn, account_id),
        mailed_links=await fetch_all(
            conn,
            HeldLink,
            """
            SELECT purpose, email, issued_at, expires_at, closed_at
            FROM mail_links WHERE account_id = %(account_id)s ORDER BY link_id
            """,
            params,
        ),
        second_factors=await fetch_all(
            conn,
            HeldFactor,
            "SELECT set_up_at, enabled_at FROM second_factors WHERE account_id = %(account_id)s",
            params,
        ),
        api_keys=await list_keys(conn, account_id, before=None, limit=_ALL),
    )
