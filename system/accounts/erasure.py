"""What accounts keep of a person, replaced by a pseudonym or deleted. The account's id stays: the books point to it."""

from datetime import datetime

from system.accounts.models import Account
from system.kit.db import Connection, execute

_NAME = "Former member"

# In an order that no foreign key minds; sessions take their tokens with them, a second factor its recovery codes.
_FORGET_SESSIONS = "DELETE FROM sessions WHERE account_id = %(account_id)s"
_FORGET_LINKS = "DELETE FROM mail_links WHERE account_id = %(account_id)s"
_FORGET_RESETS = "DELETE FROM reset_requests WHERE lower(email) = %(email)s"
_FORGET_IDENTITIES = "DELETE FROM identities WHERE account_id = %(account_id)s"
_FORGET_KEYS = "DELETE FROM api_keys WHERE account_id = %(account_id)s"
_FORGET_CHALLENGES = "DELETE FROM login_challenges WHERE account_id = %(account_id)s"
_FORGET_FACTORS = "DELETE FROM second_factors WHERE account_id = %(account_id)s"
_FORGET_FAILURES = "DELETE FROM failed_proofs WHERE account_id = %(account_id)s"


async def forget(conn: Connection, account: Account, now: datetime) -> None:
    """Erase a person whose account's row the caller holds. Constraints of the table keep the pseudonym one."""
    params = {"account_id": account.account_id, "email": account.email}
    for statement in (
        _FORGET_SESSIONS,
        _FORGET_LINKS,
        _FORGET_RESETS,
        _FORGET_IDENTITIES,
        _FORGET_KEYS,
        _FORGET_CHALLENGES,
        _FORGET_FACTORS,
        _FORGET_FAILURES,
    ):
        await execute(conn, statement, params)
    await execute(
        conn,
        """
        UPDATE accounts SET email = account_id || '@erased.invalid', name = %(name)s, password_hash = NULL,
               role = 'student', email_verified_at = NULL, erased_at = %(now)s
        WHERE account_id = %(account_id)s
        """,
        {"account_id": account.account_id, "name": _NAME, "now": now},
    )
