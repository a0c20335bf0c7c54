"""The toy server as a test has it: started, ready, and gone afterwards; and the whole command run against it."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import psutil

from fixtures.polling import eventually
from fixtures.ports import reserve_port
from load import folder
from load.histogram import Histogram
from load.profile import Phase, Profile, load
from load.tests import toy
from load.users import NAMES

CALM: Final = ("stalls", "1000", "0")
UNDER_WAY_S: Final = 90.0
_PROFILE: Final = """
purpose = "A few people who look around."
users = 5
settle_s = 1
[[phases]]
name = "steady"
seconds = {seconds}
arrivals_per_s = 20
judged = true
[mix]
"visitor.look_around" = 1
[limits]
payments_p95_ms = 500
calls_p95_ms = 200
errors_percent = 1.0
webhook_p95_ms = 1000
payments_per_minute = 1
drops_percent = 0.1
minimum_samples = 20
"""


@dataclass(frozen=True, slots=True)
class Toy:
    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def toy_server(*pace: str) -> Iterator[Toy]:
    """`pace` is what the toy's own command line takes after the port."""
    with reserve_port() as port:
        command = [sys.executable, "-m", "load.tests.toy", str(port.number), *pace]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
            assert server.stdout is not None
            try:
                assert server.stdout.readline() == b"ready\n"
                yield Toy(f"http://127.0.0.1:{port.number}", server)
            finally:
                server.kill()


@dataclass(frozen=True, slots=True)
class Underway:
    """A whole load run whose generator is at work, and every process that it has started by then."""

    process: subprocess.Popen[str]
    out: Path
    children: Sequence[psutil.Process]

    def ended(self) -> tuple[int, str]:
        """The exit code and what was said on standard error. Nobody is left behind."""
        _, said = self.process.communicate(timeout=UNDER_WAY_S)
        left = [each for each in self.children if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
        assert not left, said
        return self.process.returncode, said


@contextmanager
def underway(arguments: Sequence[str], out: Path) -> Iterator[Underway]:
    """`python -m load run` with these arguments, from the first second of its load on."""
    command = [sys.executable, "-m", "load", "run", *arguments, "--out", str(out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            eventually(lambda: _told(out, process), bool, timeout_s=UNDER_WAY_S)
            yield Underway(process, out, psutil.Process(process.pid).children(recursive=True))
        finally:
            process.kill()


def _told(out: Path, process: subprocess.Popen[str]) -> bool:
    assert process.poll() is None, f"it ended too early:\n{process.stderr and process.stderr.read()}"
    seconds = out / folder.SECONDS
    return seconds.is_file() and seconds.stat().st_size > 0


def profile(directory: Path, *, seconds: float = 20) -> Path:
    written = directory / "tiny.toml"
    written.write_text(_PROFILE.format(seconds=seconds), encoding="utf-8")
    return written


def asked(url: str, directory: Path, *, seconds: float = 20) -> list[str]:
    """The arguments of a run of a few people against the system there."""
    password = directory / "password"
    password.write_text("x", encoding="utf-8")
    auditor = ("--auditor-email", "auditor@example.com", "--auditor-password-file", str(password))
    return ["--profile", str(profile(directory, seconds=seconds)), "--target", url, *auditor]


def lookers(*, users: int, rate: float, lasting_s: float) -> Profile:
    """People who only look around, so that the server's pace is all there is to see."""
    steady = Phase("steady", lasting_s, rate, judged=True)
    return replace(load("smoke", NAMES), users=users, phases=(steady,), mix={"visitor.look_around": 1.0})


def spec(url: str, profile: Profile, directory: Path, seed: int = 1) -> dict[str, Any]:
    people = {"students": [toy.SESSION] * profile.users, "auditors": [], "packs": [toy.ITEM], "plans": []}
    run = {"url": url, "profile": profile.to_json(), "directory": str(directory), "seed": seed, "crowd": "toy"}
    return run | people


def instrument_error_ms(directory: Path) -> float:
    """How late the generator says that it was itself: next to nothing, unless the machine is full."""
    return Histogram.from_json(folder.read(directory / folder.GENERATOR)["hub_lag"]).percentile(0.99) or 0.0
