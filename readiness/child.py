"""One child process in a group of its own: output to a file, ended as a whole by deadline or by order."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

GRACE_S = 20.0


@dataclass(frozen=True, slots=True)
class End:
    """How a child ended. `code` is negative for a signal, as in subprocess; None when it never started."""

    code: int | None
    seconds: float
    timed_out: bool = False
    problem: str = ""


class Child:
    """A running command. Its group receives SIGINT first, so that a suite can put away its own servers."""

    def __init__(self, argv: Sequence[str], log: Path, *, limit_s: float, env: Mapping[str, str] | None = None) -> None:
        self._limit_s = limit_s
        self._began = time.monotonic()
        self._problem = ""
        self._timed_out = False
        self._log: IO[bytes] = log.open("wb")
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._process = subprocess.Popen(
                list(argv),
                stdout=self._log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
            )
        except OSError as error:
            self._problem = f"{argv[0]} could not be started: {error.strerror}."
            self._log.write(self._problem.encode())

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def poll(self) -> End | None:
        """None while it runs; past its limit it is ended here and now."""
        if self._process is None:
            return self._end(None)
        code = self._process.poll()
        if code is None and self.seconds > self._limit_s:
            self._timed_out = True
            return self.stop()
        return None if code is None else self._end(code)

    def wait(self, interrupted: threading.Event, *, every_s: float = 0.1) -> End:
        """Until it ends, or another thread says that a person broke it off."""
        while (end := self.poll()) is None:
            if interrupted.wait(every_s):
                return self.stop()
        return end

    def stop(self) -> End:
        if self._process is None:
            return self._end(None)
        self._signal(signal.SIGINT)
        try:
            code = self._process.wait(timeout=GRACE_S)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            code = self._process.wait()
        return self._end(code)

    def _end(self, code: int | None) -> End:
        # What the leader left behind in its group ends with it; servers in groups of their own die with their parent.
        self._signal(signal.SIGKILL)
        self._log.close()
        return End(code, self.seconds, self._timed_out, self._problem)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)
