"""An event is marked as processed before its work is done: if the work fails, the next delivery is taken for known."""

from typing import Any

from system.webhooks import repository, service

ROW = 5
SOURCE = "dj-stripe/dj-stripe#832; webrenew/unicon#42"
CHECK = "contract/test_webhooks.py::test_an_event_whose_first_delivery_failed_has_its_effect_when_it_comes_again"


def apply() -> None:
    """Record the event in a transaction of its own, and do what it is about in the next."""
    assert callable(service._apply)

    async def apply_event(system: Any, event: Any, effect: Any, *, known: bool) -> None:
        async with system.db.transaction() as conn:
            outcome = "applied" if known else "ignored"
            is_new = await repository.insert(conn, event, outcome, received_at=system.clock.now())
        if is_new and effect is not None:
            async with system.db.transaction() as conn:
                await effect(conn)

    service._apply = apply_event
