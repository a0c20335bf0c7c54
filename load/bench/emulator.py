"""What `python -m fixtures.stripe.bench` measures of the emulator, as part of the bench."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from fixtures.stripe.bench.__main__ import Figures, measured, table

_QUICK: Final = 20_000
_WHOLE: Final = 100_000


def figures(*, quick: bool) -> tuple[Figures, Mapping[str, Any]]:
    """The figures for a reader, and the same for a file."""
    taken = measured(_QUICK if quick else _WHOLE)
    return taken, asdict(taken) | {"missed": taken.missed}


def lines(taken: Figures) -> Iterator[str]:
    yield from table(taken)
    if taken.missed:
        yield f"  missed: {', '.join(taken.missed)}"
