"""The bank has taken a renewal back, and access stays, and the next renewal is charged all the same."""

from typing import Any

from system.payments import disputes
from system.webhooks.handlers import charge_dispute

ROW = 16
SOURCE = "polarsource/polar#8381, #8004"
CHECK = "contract/test_disputes.py::test_a_disputed_renewal_closes_the_tier_and_is_the_last"


def apply() -> None:
    """Book what the bank took, and nothing else."""
    assert callable(charge_dispute.end_renewals)
    assert callable(disputes._follow)

    async def nothing(*_: Any, **__: Any) -> None: ...

    charge_dispute.end_renewals = nothing
    disputes._follow = nothing
