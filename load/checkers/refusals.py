"""Whoever cannot be served is refused cleanly: soon, with a word that is true, and told when to come again."""

from collections.abc import Iterator
from typing import Any, Final

from load.checkers.checker import Checker
from load.operations import Refusals


def every_refusal_is_clean(read: Refusals) -> Iterator[str]:
    """No 5xx but a 503, no 503 or 429 without Retry-After, and no request that hangs until its client gives up."""
    yield from read.unclean
    hidden = sum(read.by_kind.values()) - len(read.unclean)
    if hidden:
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(read.by_kind.items()))
        yield f"and {hidden} more: {counts}"


CHECKERS: Final[tuple[Checker[Any], ...]] = (
    Checker(
        every_refusal_is_clean, lambda seen: seen.told.refusals, lambda read: read.answered, "answers", area="speed"
    ),
)
