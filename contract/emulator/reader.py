"""Somebody who does what the guide says: a project folder, a shell, and an emulator that listens somewhere else."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from contract.emulator import guide
from contract.emulator.guide import Command, Section
from contract.emulator.running import Emulator, emulator
from fixtures.polling import eventually
from fixtures.ports import reserve_port

ROOT: Final = Path(__file__).parents[2]
STARTS: Final = "python3 ../assay/noxfile.py -s emulator"
INSTALLS: Final = ("python3 -m venv ", "pip install ")
"""What only a machine that has nothing yet needs."""
SERVES: Final = "python receiver.py"
SHELL: Final = "/bin/sh"
TIMEOUT_S: Final = 60


class Reader:
    """Types a section's commands into a folder that holds the guide's files."""

    def __init__(self, folder: Path, running: Emulator, own_port: int) -> None:
        self._folder, self._running = folder, running
        self._here = {
            "http://127.0.0.1:12111": running.url,
            "port: 12111": f"port: {running.url.rpartition(':')[2]}",
            "127.0.0.1:8000": f"127.0.0.1:{own_port}",
            '("127.0.0.1", 8000)': f'("127.0.0.1", {own_port})',
            '"../assay"': f'"{ROOT}"',
            'ASSAY / ".nox/emulator/bin/python"': f'"{sys.executable}"',
        }
        for name, body in guide.files().items():
            (folder / name).write_text(self.here(body), encoding="utf-8")
        self.provide("python", Path(sys.executable))

    def here(self, text: str) -> str:
        """What the guide has, with the addresses of this run."""
        for theirs, ours in self._here.items():
            text = text.replace(theirs, ours)
        return text

    def provide(self, name: str, program: Path) -> None:
        """A command of this name. No link: the interpreter of an environment finds its packages by where it lies."""
        (self._folder / "bin").mkdir(exist_ok=True)
        script = self._folder / "bin" / name
        script.write_text(f'#!/bin/sh\nexec {shlex.quote(str(program))} "$@"\n', encoding="utf-8")
        script.chmod(0o755)

    def walk(self, section: Section) -> list[tuple[Command, str]]:
        """Each command with what it printed; what serves meanwhile comes last."""
        served = [each for each in section.commands if each.typed == SERVES]
        typed = [each for each in section.commands if each.typed != SERVES and not each.typed.startswith("node ")]
        if not served:
            return [(self._shown(each), self.type(each.typed)) for each in typed]
        with self._serving() as server:
            made = [(self._shown(each), self.type(each.typed)) for each in typed]
            lines = sorted(server.readline() for _ in section.heard.splitlines())
        heard = Command(SERVES, "".join(sorted(section.heard.splitlines(keepends=True))))
        return [*made, (heard, "".join(lines))]

    def type(self, command: str) -> str:
        """What a command prints; AssertionError when it fails."""
        if command.startswith(STARTS):
            return f"listening on {self._running.url}"
        if command.startswith(INSTALLS):
            return ""
        done = subprocess.run(
            [SHELL, "-c", self.here(command)],
            cwd=self._folder, env=self._environment(), capture_output=True, text=True, check=False, timeout=TIMEOUT_S,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _shown(self, command: Command) -> Command:
        return Command(command.typed, self.here(command.shown))

    @contextmanager
    def _serving(self) -> Iterator[IO[str]]:
        command = [sys.executable, *SERVES.split()[1:]]
        with subprocess.Popen(
            command, cwd=self._folder, env=self._environment(), stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout is not None
            eventually(lambda: self._running.get("/v1/webhook_endpoints").json()["data"], bool)
            yield server.stdout
            server.terminate()

    def _environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        return own | {"PATH": f"{self._folder / 'bin'}:{os.environ['PATH']}", "NO_PROXY": "127.0.0.1"}


@contextmanager
def reader(folder: Path, section: Section) -> Iterator[Reader]:
    """A reader of a section, with the emulator that it has them start; a plain one where it starts none."""
    folder.mkdir()
    starts = [each.typed for each in section.commands if each.typed.startswith(f"{STARTS} -- ")]
    options = [word for each in starts for word in shlex.split(each.removeprefix(f"{STARTS} -- "))]
    known = guide.files()
    placed = [str(folder / word) if word in known else word for word in options]
    for word in known.keys() & set(options):
        (folder / word).write_text(known[word], encoding="utf-8")
    with emulator(folder / "emulator.log", *placed) as running, reserve_port() as port:
        yield Reader(folder, running, port.number)
