"""A network that is slow, stands still, breaks, or loses the one answer that says that it is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final, get_args

from fixtures.bench import Bench
from fixtures.network import Trouble
from load.nemesis.bite import Bite, Burning


@contextmanager
def _troubled(trouble: Trouble, bench: Bench) -> Iterator[Bite]:
    bite = Bite("pieces and connections that met it")
    with bench.network.troubled(trouble) as felt:
        yield bite
        bite.count = felt.count


FAULTS: Final[dict[str, Burning]] = {f"network.{each}": partial(_troubled, each) for each in get_args(Trouble)}
