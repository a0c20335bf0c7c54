"""A page is found by counting the rows before it: the further back somebody reads, the longer each page takes."""

from typing import Any

from system.kit.db import fetch_all
from system.payments import repository
from system.payments.models import Payment

ROW = 117
SOURCE = "useautumn/autumn#2530; getlago/lago-api#5629; openlinker#2927"
CHECK = "contract/test_deep_pages.py::test_a_page_of_a_long_history_takes_as_long_as_one_of_a_short_history"

_BEFORE = "SELECT count(*) FROM payments WHERE account_id = %(account_id)s AND payment_id >= %(before)s"
_PAGE = f"""
SELECT {repository.COLUMNS} FROM payments
 WHERE account_id = %(account_id)s
 ORDER BY payment_id DESC
OFFSET %(skipped)s LIMIT %(limit)s
"""  # noqa: S608 - put together of constants


def apply() -> None:
    assert callable(repository.list_of_account)

    async def list_by_offset(conn: Any, account_id: str, *, before: str | None, limit: int) -> Any:
        counted = await conn.execute(_BEFORE, {"account_id": account_id, "before": before})
        [skipped] = await counted.fetchone()
        return await fetch_all(
            conn, Payment, _PAGE, {"account_id": account_id, "skipped": skipped if before else 0, "limit": limit}
        )

    repository.list_of_account = list_by_offset
