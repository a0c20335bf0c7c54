"""The generator as its parent sees it: a process that is given a spec and tells once a second how it goes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from load import folder
from load.attribution import server_timing
from load.gates import Watch
from load.profile import Profile
from load.workers.wanted import ALONE, Wanted

_GRACE_S: Final = 10.0
_LAST_LINES: Final = 20

Told = Callable[[Mapping[str, Any]], None]


class GeneratorError(Exception):
    """The generator ended without its results; the text has its last words."""


class Generator:
    """One process, or several that a lead makes look like one; it waits for a spec."""

    def __init__(self, directory: Path, wanted: Wanted, log: IO[bytes]) -> None:
        self._directory = directory
        self._tellers = wanted.all
        self._process = subprocess.Popen(
            [sys.executable, "-m", "load.child" if wanted.is_alone else "load.workers.lead"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=os.environ | {server_timing.FOLDER: str(directory)},
            start_new_session=True,  # Ctrl-C reaches this process alone, which then ends the others in order
        )
        if not wanted.is_alone:
            self._say({"wanted": wanted.to_json(), "directory": str(directory)})

    def gather(self) -> None:
        """Wait until all workers have come. Raises GeneratorError, which says how many did."""
        self._check(json.loads(self._answers.readline() or b"null"))

    def generate(self, spec: Mapping[str, Any], told: Told) -> None:
        """Run to the end. Raises GeneratorError."""
        self._say(spec)
        self._asking.close()
        watch = Watch(Profile.from_json(spec["profile"]), self._tellers)
        with (self._directory / folder.SECONDS).open("wb", buffering=0) as kept, self._answers as answers:
            for line in answers:
                kept.write(line)
                self._check(said := json.loads(line))
                told(said)
                if broken := watch.hear(said):
                    told({"type": "stop", "gate": broken.gate.name, "because": str(broken)})
                    self._process.send_signal(signal.SIGUSR1)
        if self._process.wait() != 0 or not (self._directory / folder.GENERATOR).is_file():
            raise GeneratorError(self._last_words())

    def end(self) -> None:
        """Let it end by itself what is under way, for a while; then nobody of it is left."""
        with suppress(OSError):
            self._asking.close()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def close(self) -> None:
        with suppress(BrokenPipeError):
            self._asking.close()
        self._answers.close()

    @property
    def _asking(self) -> IO[bytes]:
        assert self._process.stdin is not None, "opened as a pipe"
        return self._process.stdin

    @property
    def _answers(self) -> IO[bytes]:
        assert self._process.stdout is not None, "opened as a pipe"
        return self._process.stdout

    def _say(self, what: Mapping[str, Any]) -> None:
        with suppress(BrokenPipeError):  # it has ended; what it says, or does not say any more, tells why
            self._asking.write(json.dumps(what, default=str).encode() + b"\n")
            self._asking.flush()

    def _check(self, said: Mapping[str, Any] | None) -> None:
        if said is None:
            self._process.wait()
            raise GeneratorError(self._last_words())
        if said["type"] == "refused":
            raise GeneratorError(said["reason"])

    def _last_words(self) -> str:
        lines = (self._directory / "generator.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join([f"the generator ended with {self._process.returncode}:", *lines[-_LAST_LINES:]])


@contextmanager
def generator(directory: Path, wanted: Wanted = ALONE) -> Iterator[Generator]:
    """All workers have come when this is entered. An interrupt of this process is passed on to them."""
    with (directory / "generator.log").open("wb") as log:
        made = Generator(directory, wanted, log)
        try:
            if not wanted.is_alone:
                made.gather()
            yield made
        except BaseException:
            made.end()
            raise
        finally:
            made.close()


def generate(spec: Mapping[str, Any], directory: Path, told: Told, wanted: Wanted = ALONE) -> None:
    """Run the generator to its end. Raises GeneratorError."""
    with generator(directory, wanted) as made:
        made.generate(spec, told)
