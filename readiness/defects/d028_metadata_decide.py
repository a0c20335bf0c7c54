"""What an event's metadata say is done: they name the account and the plan that are opened."""

from typing import Any

from system.entitlements import service as entitlements
from system.webhooks.handlers import HANDLERS

ROW = 28
SOURCE = "the catalogue's row 28; metadata are typed by whoever makes the object"
CHECK = "security/test_event_mismatch.py::test_metadata_of_a_subscription_open_no_plan_to_anybody"


def apply() -> None:
    handle = HANDLERS["customer.subscription.updated"]

    async def handle_as_named(system: Any, event: Any) -> Any:
        effect, named = await handle(system, event), event.metadata

        async def open_as_named(conn: Any) -> None:
            await effect(conn)
            now = system.clock.now()
            await entitlements.hold_tier(
                conn,
                source_id=f"{event.event_id}",
                account_id=named["account_id"],
                kind="subscription",
                tier="enterprise" if "enterprise" in named.get("price_id", "") else "pro",
                payment_id=None,
                starts_at=now,
                ends_at=None,
                now=now,
            )

        return open_as_named

    HANDLERS["customer.subscription.updated"] = handle_as_named
