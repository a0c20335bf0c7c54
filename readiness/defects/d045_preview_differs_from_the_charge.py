"""The preview is of one instant and the charge of another: what is charged is not what was shown."""

from dataclasses import replace
from typing import Any

from system.subscriptions import asking, changing

ROW = 45
SOURCE = "docs.stripe.com/billing/subscriptions/prorations, on previews without a proration date"
CHECK = "contract/subscriptions/test_quotes.py::test_what_was_quoted_is_charged_though_time_has_passed"


def apply() -> None:
    """Prorate at the instant of the confirmation, as happens to whoever does not send the date of the preview."""
    assert callable(changing.ask_for)

    async def ask_for(system: Any, change: Any) -> Any:
        async with system.db.statement() as conn:
            subscription = await changing.repository.get(conn, change.subscription_id)
            quote, plan = await changing._quoted(conn, change)
        if quote is not None:
            quote = replace(quote, prorated_at=system.clock.now().replace(microsecond=0))
        return await asking.ask(system.processor, change, subscription, quote, plan)

    changing.ask_for = ask_for
