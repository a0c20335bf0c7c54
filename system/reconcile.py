"""`python -m system reconcile`: say whether our books and the processor's are the same."""

import asyncio
import sys

from system.kit.clock import Clock
from system.ledger.reconciliation import Reconciliation, compare
from system.migrations.head import schema_fault
from system.opening import opened
from system.processor.port import ProcessorAwayError
from system.settings import Settings


def reconcile(settings: Settings, clock: Clock) -> int:
    """Return 0 if the books agree, 1 if they differ or could not be read."""
    fault = schema_fault(str(settings.database_url))
    if fault:
        print(fault, file=sys.stderr)  # noqa: T201 - a command prints
        return 1
    try:
        found = asyncio.run(_compare(settings, clock))
    except ProcessorAwayError as away:
        print(f"The processor's books could not be read ({away}). Try again later.", file=sys.stderr)  # noqa: T201
        return 1
    for difference in found.differences:
        print(f"{difference.kind}  {difference.processor_id}  {difference.detail}")  # noqa: T201
    print(f"{found.matched} of {found.processor_transactions} transactions match the ledger.")  # noqa: T201
    return 1 if found.differences else 0


async def _compare(settings: Settings, clock: Clock) -> Reconciliation:
    async with opened(settings, clock) as system:
        return await compare(system)
