from system.kit.db import Connection, execute


async def forget_keys(conn: Connection, account_id: str) -> None:
    """Delete an account's keys, with the answers that are kept under them."""
    await execute(conn, "DELETE FROM idempotency_keys WHERE account_id = %(account_id)s", {"account_id": account_id})
