"""The documents of a person. They are shown to him, and stay as they are when he is erased.

A seller has to keep what it invoiced, with the buyer's name and address, for as long as its tax law says (articles 226
and 244 of Directive 2006/112/EC, and its national forms); the right to erasure ends there (GDPR, article 17(3)(b)).
"""

from dataclasses import dataclass
from datetime import datetime

from system.kit.db import Connection, fetch_all


@dataclass(frozen=True, slots=True)
class HeldInvoice:
    number: str
    kind: str
    buyer_name: str
    buyer_email: str
    amount: int
    currency: str
    paid_with: str | None
    issued_at: datetime


async def held_invoices(conn: Connection, account_id: str) -> list[HeldInvoice]:
    return await fetch_all(
        conn,
        HeldInvoice,
        """
        SELECT series || '-' || lpad(number::text, 6, '0') AS number, kind, buyer_name, buyer_email, amount, currency,
               paid_with, issued_at
          FROM invoices WHERE account_id = %(account_id)s ORDER BY document_id
        """,
        {"account_id": account_id},
    )
