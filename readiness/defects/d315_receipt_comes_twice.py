"""I-15: what a mail is about is no part of its key, and the same receipt is owed and sent a second time."""

from typing import Any

from system.notifications import repository

ROW = 315
SOURCE = "pay-rails/pay#612; pretix/pretix#1166; makerspace/makeradmin#666"
CHECK = "contract/test_outbox.py::test_a_fact_is_mailed_once"


def apply() -> None:
    insert = repository.insert

    async def insert_twice(conn: Any, *, event_key: str, template: str, **owed: Any) -> None:
        await insert(conn, event_key=event_key, template=template, **owed)
        if template == "receipt":
            await insert(conn, event_key=f"{event_key}:again", template=template, **owed)

    repository.insert = insert_twice
