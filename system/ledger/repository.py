from dataclasses import dataclass

from system.kit.db import Connection, execute, fetch_all
from system.kit.ids import new_id
from system.ledger.models import CASH, Entry


@dataclass(frozen=True, slots=True)
class CashMovement:
    business_key: str
    currency: str
    amount: int


async def insert(conn: Connection, entry: Entry) -> None:
    """Insert an entry with its postings, once for its business key."""
    postings = entry.postings
    await execute(
        conn,
        """
            WITH entry AS (
                INSERT INTO ledger_entries (entry_id, business_key, description, posted_at)
                VALUES (%(entry_id)s, %(business_key)s, %(description)s, %(posted_at)s)
                ON CONFLICT (business_key) DO NOTHING
                RETURNING entry_id)
            INSERT INTO postings (posting_id, entry_id, account, direction, amount, currency)
            SELECT posting_id, entry_id, account, direction, amount, currency
              FROM entry, unnest(%(posting_ids)s::text[], %(accounts)s::text[], %(directions)s::text[],
                                 %(amounts)s::bigint[], %(currencies)s::text[])
                          AS posting (posting_id, account, direction, amount, currency)
            """,
        {
            "entry_id": new_id("ent", entry.posted_at),
            "business_key": entry.business_key,
            "description": entry.description,
            "posted_at": entry.posted_at,
            "posting_ids": [new_id("pst", entry.posted_at) for _ in postings],
            "accounts": [posting.account for posting in postings],
            "directions": [posting.direction for posting in postings],
            "amounts": [posting.money.amount for posting in postings],
            "currencies": [posting.money.currency for posting in postings],
        },
    )


async def cash_movements(conn: Connection) -> list[CashMovement]:
    """What each entry did to our balance at the processor: what its own books must show as well."""
    return await fetch_all(
        conn,
        CashMovement,
        """
        SELECT business_key, currency,
               sum(CASE direction WHEN 'debit' THEN amount ELSE -amount END)::bigint AS amount
          FROM postings JOIN ledger_entries USING (entry_id)
         WHERE account = %(cash)s
         GROUP BY business_key, currency
        """,
        {"cash": CASH},
    )
