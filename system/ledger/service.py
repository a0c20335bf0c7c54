from system.kit.db import Connection
from system.ledger import repository
from system.ledger.models import Entry


async def post(conn: Connection, entry: Entry) -> bool:
    """Book an entry; False if the same fact is booked already, which is as good."""
    return await repository.insert(conn, entry)
