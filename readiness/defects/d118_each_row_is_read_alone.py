"""A list reads its ids, and then each row by a query of its own: ten rows cost eleven queries."""

from typing import Any

from system.payments import service

ROW = 118
SOURCE = "the catalogue's row 118"
CHECK = "contract/test_statements_of_lists.py::test_a_list_of_ones_own_sends_as_much_for_many_rows_as_for_one"


def apply() -> None:
    history = service.history

    async def history_one_by_one(system: Any, *, account_id: str, before: str | None, limit: int) -> Any:
        listed = await history(system, account_id=account_id, before=before, limit=limit)
        return [await service.get(system, each.payment_id, account_id=account_id) for each in listed]

    service.history = history_one_by_one
