"""M2: a refund is not booked as an entry of its own; the entry of the sale is made smaller, and the past is lost."""

import os
from typing import Any

import psycopg

from system.ledger.models import CASH
from system.payments import refund_settlement

ROW = 202
SOURCE = "mbulat/plutus#133; JiRaska/open-bank-oss#527"
CHECK = "contract/test_ledger_history.py::test_what_is_booked_is_never_rewritten"

_SHRINK = """
UPDATE postings SET amount = postings.amount - %(amount)s
  FROM ledger_entries
 WHERE ledger_entries.entry_id = postings.entry_id AND business_key = 'capture:' || %(charge_id)s
   AND account IN (%(cash)s, %(revenue)s)
"""
_booked: set[str] = set()


def apply() -> None:
    with psycopg.connect(os.environ["ASSAY_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("ALTER TABLE postings DISABLE TRIGGER postings_append_only")
    assert callable(refund_settlement._book)

    async def book_over(conn: Any, payment: Any, answer: Any, _: Any) -> None:
        if answer.movement is None or answer.processor_refund_id in _booked:
            return
        _booked.add(answer.processor_refund_id)
        sides = {"cash": CASH, "revenue": payment.revenue}
        await conn.execute(_SHRINK, {"amount": answer.money.amount, "charge_id": payment.processor_charge_id} | sides)

    refund_settlement._book = book_over
