"""The same key pays again: what a system does that forgot to claim it.

In fair weather nobody sees it, for nobody asks twice. `python -m load run --profile chaos --bench-defect` this file
must end in FAIL: of two payments with one key the buyer names the second, so that the first "happened unasked".
"""

from system.idempotency import service


def apply() -> None:
    async def nobody_had_it(*_of_the_request: object, **_named: object) -> None:
        return None

    service.claim = nobody_had_it
