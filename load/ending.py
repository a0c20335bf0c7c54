"""How a run ends that reaches no verdict: ended from outside, out of disk, left without an answer, or broken.

Whatever happens, the result file says what did, and the command ends with a code of its own.
"""

import errno
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final

import httpx

from load import folder, rendering
from load.command import Order, RefusedError
from load.crowd import NoWayInError
from load.findings import EXIT_CODES
from load.generating import GeneratorError
from load.judge import UnjudgeableError
from load.nemesis.striking import NemesisError

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class EndedError(BaseException):
    """Somebody asked this run to end. Not an Exception: nothing on the way may take it for a fault and go on."""


_EXPLAINED: Final = (
    *(EndedError, GeneratorError, NemesisError, UnjudgeableError),
    *(NoWayInError, RefusedError, httpx.TransportError),
)
"""Their text says it all; a traceback of the harness would only hide it."""


@contextmanager
def on_signals() -> Iterator[None]:
    def end(number: int, _frame: FrameType | None) -> None:
        for each in _SIGNALS:  # it is being put away: a second one would leave half of it behind
            signal.signal(each, signal.SIG_IGN)
        raise EndedError(f"ended by {signal.Signals(number).name}")

    before = {number: signal.signal(number, end) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def announce(order: Order) -> None:
    """From here on the result file says that the run broke, until something better can be said.

    Raises RefusedError when the folder cannot be written.
    """
    try:
        folder.prepare(order.out)
        folder.write(order.out / folder.RESULT, _result(order, "the run was killed, or is still going on"))
        folder.hold_back(order.out)
    except OSError as error:
        raise RefusedError(f"{order.out} cannot be written ({error.strerror}): give another --out") from None


def broken(order: Order, error: BaseException) -> int:
    """Write the result, say it, and return the exit code."""
    reason = _reason(order.out, error)
    if not isinstance(error, _EXPLAINED):
        traceback.print_exception(error)
    try:
        folder.release(order.out)
        folder.write(order.out / folder.RESULT, _result(order, reason))
        rendering.leave(order.out)
    except OSError as unwritable:
        print(f"load: not all of the result could be written: {unwritable}", file=sys.stderr)  # noqa: T201 - the command's own words
    print(f"load {order.profile.name}: BROKEN. {reason}", file=sys.stderr)  # noqa: T201 - same
    return EXIT_CODES["BROKEN"]


def _reason(directory: Path, error: BaseException) -> str:
    reason = str(error) or type(error).__name__
    if isinstance(error, httpx.TransportError):
        reason = unanswered(error)
    if isinstance(error, RefusedError) or not _is_full(directory, error):
        return reason
    return f"the disk of {directory} is full: free some of it, or give another --out ({reason})"


def unanswered(error: httpx.TransportError) -> str:
    return f"{error.request.method} {error.request.url} got no answer: {error}"


def _is_full(directory: Path, error: BaseException) -> bool:
    """Whoever noticed it first may have had no room to say so."""
    with suppress(OSError):
        return getattr(error, "errno", None) in _FULL or folder.is_full(directory)
    return False


def _result(order: Order, reason: str) -> Mapping[str, Any]:
    return {
        "schema": 1,
        "verdict": "BROKEN",
        "exit_code": EXIT_CODES["BROKEN"],
        "profile": order.profile.to_json(),
        "reason": reason,
    }
