"""The generator as its parent sees it: a process that is given a spec and tells once a second how it goes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from load import folder
from load.attribution import server_timing
from load.gates import Watch
from load.profile import Profile

_GRACE_S: Final = 10.0
_LAST_LINES: Final = 20

Told = Callable[[Mapping[str, Any]], None]


class GeneratorError(Exception):
    """The generator ended without its results; the text has its last words."""


def generate(spec: Mapping[str, Any], directory: Path, told: Told) -> None:
    """Run the generator to its end. Raises GeneratorError. An interrupt of this process is passed on to it."""
    with (directory / "generator.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "load.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=os.environ | {server_timing.FOLDER: str(directory)},
            start_new_session=True,  # Ctrl-C reaches this process alone, which then ends the others in order
        )
        try:
            _follow(process, spec, directory / folder.SECONDS, told)
        except BaseException:
            _end(process)
            raise
    if process.wait() != 0 or not (directory / folder.GENERATOR).is_file():
        raise GeneratorError(f"the generator ended with {process.returncode}:\n{_last_words(directory)}")


def _follow(process: subprocess.Popen[bytes], spec: Mapping[str, Any], seconds: Path, told: Told) -> None:
    assert process.stdin is not None, "opened as a pipe"
    assert process.stdout is not None, "opened as a pipe"
    with process.stdin as asking:
        asking.write(json.dumps(spec, default=str).encode() + b"\n")
    watch = Watch(Profile.from_json(spec["profile"]))
    with seconds.open("wb") as kept, process.stdout as answers:
        for line in answers:
            kept.write(line)
            heard = json.loads(line)
            told(heard)
            if broken := watch.hear(heard):
                told({"type": "stop", "gate": broken.gate.name, "because": str(broken)})
                process.send_signal(signal.SIGUSR1)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last_words(directory: Path) -> str:
    lines = (directory / "generator.log").read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_LAST_LINES:])
