"""M1: the processor's fee is not posted, and no check is left that would notice: debits and credits differ."""

import os
from dataclasses import replace
from typing import Any

import psycopg

from system.ledger import models, repository

ROW = 201
SOURCE = "third-culture-software/bhima#680; IMA-WorldHealth/bhima-1.X#785; ledger123/runmyaccounts#255"
CHECK = "contract/test_books.py::test_the_trial_balance_is_zero_in_every_currency"


def apply() -> None:
    """Lose both guards, the one of the code and the one of the tables, and then a posting."""
    with psycopg.connect(os.environ["ASSAY_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_balance")
        connection.execute("ALTER TABLE postings DISABLE TRIGGER postings_balance")
    insert = repository.insert

    async def insert_without_fee(conn: Any, entry: Any) -> None:
        kept = tuple(posting for posting in entry.postings if posting.account != models.PROCESSOR_FEE)
        await insert(conn, replace(entry, postings=kept))

    models.Entry.__post_init__ = lambda _: None
    repository.insert = insert_without_fee
