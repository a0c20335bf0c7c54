"""A mail server that is busy, slow, gone, or loses what it took."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from fixtures.bench import Bench
from fixtures.mailbox import Mailbox, Mode
from load.nemesis.bite import Bite, Burning

_SLOW_S: Final = 1.0


@contextmanager
def _behaving(mode: Mode, unit: str, felt: Callable[[Mailbox], int], bench: Bench) -> Iterator[Bite]:
    before, bite = felt(bench.mailbox), Bite(unit)
    bench.mailbox.behave(mode, delay_s=_SLOW_S)
    try:
        yield bite
    finally:
        bench.mailbox.behave(Mode.ACCEPT)
        bite.count = felt(bench.mailbox) - before


FAULTS: Final[dict[str, Burning]] = {
    "mail.refused": partial(_behaving, Mode.REFUSE, "mails refused", lambda mailbox: mailbox.refused),
    "mail.slow": partial(_behaving, Mode.SLOW, "mails delayed", lambda mailbox: mailbox.delayed),
    "mail.down": partial(_behaving, Mode.DOWN, "connections hung up on", lambda mailbox: mailbox.shut_out),
    "mail.lost": partial(_behaving, Mode.LOSE, "mails accepted and lost", lambda mailbox: mailbox.lost),
}
