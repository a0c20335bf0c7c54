"""An upgrade holds although its invoice was declined: the higher plan is had for the asking."""

from typing import Any

from system.processor import stripe_changes

ROW = 46
SOURCE = "docs.stripe.com/billing/subscriptions/pending-updates, on what the default behaviour leaves behind"
CHECK = "contract/subscriptions/test_quotes.py::test_an_upgrade_that_is_not_paid_changes_nothing"


def apply() -> None:
    """Ask with the processor's default behaviour: the plan changes first, and the money comes if it comes."""
    params = stripe_changes.change_params

    def at_once(*args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**params(*args, **kwargs), "payment_behavior": "allow_incomplete"}

    stripe_changes.change_params = at_once
