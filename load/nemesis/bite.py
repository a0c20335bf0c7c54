"""What a fault says of itself: that it was made, and how often it was felt where it was made."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from fixtures.bench import Bench


@dataclass(slots=True)
class Bite:
    """`count` of what `unit` names, known when the fault has healed; 0 is a fault that proves nothing."""

    unit: str
    count: int = 0


Burning = Callable[[Bench], AbstractContextManager[Bite]]
"""A fault burns inside of its block, and has healed when the block is left, however it is left."""
