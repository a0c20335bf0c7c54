from system.kit.db import Connection
from system.ledger import repository
from system.ledger.models import Entry


async def post(conn: Connection, entry: Entry) -> None:
    """Book an entry; the same fact a second time changes nothing."""
    await repository.insert(conn, entry)
