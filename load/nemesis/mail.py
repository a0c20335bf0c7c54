"""A mail server that is busy, or slow."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from fixtures.bench import Bench
from fixtures.mailbox import Mode
from load.nemesis.bite import Bite, Burning

_SLOW_S: Final = 1.0


@contextmanager
def _refused(bench: Bench) -> Iterator[Bite]:
    before, bite = bench.mailbox.refused, Bite("mails refused")
    bench.mailbox.behave(Mode.REFUSE)
    try:
        yield bite
    finally:
        bench.mailbox.behave(Mode.ACCEPT)
        bite.count = bench.mailbox.refused - before


@contextmanager
def _slow(bench: Bench) -> Iterator[Bite]:
    before, bite = bench.mailbox.delayed, Bite("mails delayed")
    bench.mailbox.behave(Mode.SLOW, delay_s=_SLOW_S)
    try:
        yield bite
    finally:
        bench.mailbox.behave(Mode.ACCEPT)
        bite.count = bench.mailbox.delayed - before


FAULTS: Final[dict[str, Burning]] = {"mail.refused": _refused, "mail.slow": _slow}
