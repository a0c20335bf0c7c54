"""What a fault says of itself: that it was made, and how often it was felt where it was made."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from fixtures.bench import Bench
from load.nemesis.heirs import Sight


@dataclass(slots=True)
class Bite:
    """`count` of what `unit` names, known when the fault has healed; 0 is a fault that proves nothing.

    `heir` is what took the place of a server that is gone for good.
    """

    unit: str
    count: int = 0
    heir: Sight | None = None


Burning = Callable[[Bench], AbstractContextManager[Bite]]
"""A fault burns inside of its block, and has healed when the block is left, however it is left."""
