"""A change and a renewal meet, and whoever writes last is right: the new period is overwritten by the old one."""

from dataclasses import replace
from typing import Any

from system.subscriptions import syncing

ROW = 56
SOURCE = "the catalogue's row 56: a race at the end of the period"
CHECK = (
    "contract/subscriptions/test_ends_taken_back.py"
    "::test_a_renewal_in_the_second_of_a_change_is_not_overwritten_by_what_was_read_before"
)


def apply() -> None:
    """Pass every reading off as one of the row as it is now."""
    apply_reading = syncing.apply

    async def apply_any(conn: Any, system: Any, subscription_id: str, reading: Any, *, actor: Any) -> Any:
        row = await syncing.repository.lock(conn, subscription_id)
        return await apply_reading(conn, system, subscription_id, replace(reading, version=row.version), actor=actor)

    syncing.apply = apply_any
