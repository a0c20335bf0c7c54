from datetime import datetime

from system.accounts.models import Account, Credentials, Role
from system.kit.db import Connection, execute, fetch_one
from system.notifications.models import Recipient


async def insert_account(conn: Connection, account: Account, password_hash: str | None) -> bool:
    """Return False when the email is taken. Without a password, a provider's log-in opens the account."""
    inserted = await execute(
        conn,
        """
        INSERT INTO accounts (account_id, email, name, password_hash, role, created_at, email_verified_at)
        VALUES (%(account_id)s, %(email)s, %(name)s, %(password_hash)s, %(role)s, %(created_at)s,
                %(email_verified_at)s)
        ON CONFLICT (lower(email)) DO NOTHING
        """,
        {
            "account_id": account.account_id,
            "email": account.email,
            "name": account.name,
            "password_hash": password_hash,
            "role": account.role,
            "created_at": account.created_at,
            "email_verified_at": account.email_verified_at,
        },
    )
    return inserted == 1


async def find_credentials(conn: Connection, email: str) -> Credentials | None:
    query = "SELECT account_id, password_hash FROM accounts WHERE lower(email) = %(email)s"
    return await fetch_one(conn, Credentials, query, {"email": email})


async def get_credentials(conn: Connection, account_id: str) -> Credentials:
    query = "SELECT account_id, password_hash FROM accounts WHERE account_id = %(account_id)s"
    credentials = await fetch_one(conn, Credentials, query, {"account_id": account_id})
    assert credentials is not None, f"{account_id} was looked up by an id that no account has"
    return credentials


async def get_account(conn: Connection, account_id: str) -> Account:
    account = await fetch_one(
        conn,
        Account,
        """
        SELECT account_id, email, name, role, created_at, email_verified_at
        FROM accounts WHERE account_id = %(account_id)s
        """,
        {"account_id": account_id},
    )
    assert account is not None, f"{account_id} was looked up by an id that no account has"
    return account


async def find_recipient(conn: Connection, account_id: str) -> Recipient | None:
    """Return None for an account that was erased: what is owed to it is owed to nobody."""
    query = "SELECT email, name FROM accounts WHERE account_id = %(account_id)s AND erased_at IS NULL"
    return await fetch_one(conn, Recipient, query, {"account_id": account_id})


async def get_account_of_session(conn: Connection, session_id: str) -> Account:
    query = """
        SELECT account_id, email, name, role, accounts.created_at, email_verified_at
        FROM accounts JOIN sessions USING (account_id) WHERE session_id = %(session_id)s
        """
    account = await fetch_one(conn, Account, query, {"session_id": session_id})
    assert account is not None, f"{session_id} was looked up by an id that no session has"
    return account


async def find_account_by_email(conn: Connection, email: str) -> Account | None:
    """Lock the account: whoever changes what proves its owner does so one after the other."""
    return await fetch_one(
        conn,
        Account,
        """
        SELECT account_id, email, name, role, created_at, email_verified_at
        FROM accounts WHERE lower(email) = %(email)s FOR UPDATE
        """,
        {"email": email},
    )


async def lock_account(conn: Connection, account_id: str) -> Account:
    account = await fetch_one(
        conn,
        Account,
        """
        SELECT account_id, email, name, role, created_at, email_verified_at
        FROM accounts WHERE account_id = %(account_id)s FOR UPDATE
        """,
        {"account_id": account_id},
    )
    assert account is not None, f"{account_id} was looked up by an id that no account has"
    return account


async def hold_credentials(conn: Connection, credentials: Credentials) -> Account | None:
    """Return the account while its password is still the one that was compared, and keep it so until the commit.

    Without it a log-in that read the old password just before a reset would open a session just after it.
    """
    return await fetch_one(
        conn,
        Account,
        """
        SELECT account_id, email, name, role, created_at, email_verified_at
        FROM accounts WHERE account_id = %(account_id)s AND password_hash = %(password_hash)s FOR SHARE
        """,
        {"account_id": credentials.account_id, "password_hash": credentials.password_hash},
    )


async def update_password_and_role(
    conn: Connection, account_id: str, password_hash: str, role: Role, verified_at: datetime
) -> None:
    await execute(
        conn,
        """
        UPDATE accounts SET password_hash = %(password_hash)s, role = %(role)s,
               email_verified_at = coalesce(email_verified_at, %(verified_at)s)
        WHERE account_id = %(account_id)s
        """,
        {"account_id": account_id, "password_hash": password_hash, "role": role, "verified_at": verified_at},
    )


async def replace_password(conn: Connection, known: Credentials, password_hash: str) -> bool:
    """Set a new password in the place of the one that was compared; False if it has changed since."""
    changed = await execute(
        conn,
        """
        UPDATE accounts SET password_hash = %(new)s
        WHERE account_id = %(account_id)s AND password_hash = %(known)s
        """,
        {"account_id": known.account_id, "known": known.password_hash, "new": password_hash},
    )
    return changed == 1


async def set_password(conn: Connection, account_id: str, password_hash: str) -> None:
    await execute(
        conn,
        "UPDATE accounts SET password_hash = %(password_hash)s WHERE account_id = %(account_id)s",
        {"account_id": account_id, "password_hash": password_hash},
    )


async def set_verified_email(conn: Connection, account_id: str, email: str, now: datetime) -> None:
    """Make this the confirmed address of the account; psycopg.errors.UniqueViolation if another account has it."""
    await execute(
        conn,
        """
        UPDATE accounts SET email = %(email)s,
               email_verified_at = CASE WHEN email = %(email)s THEN coalesce(email_verified_at, %(now)s)
                                        ELSE %(now)s END
        WHERE account_id = %(account_id)s
        """,
        {"account_id": account_id, "email": email, "now": now},
    )
