"""The other stand-ins for Stripe, beside ours in one run: what the same call costs each of them.

They are fetched once, held to their hashes, and run as they are shipped, in processes of their own, on loopback. None
of their code is imported here. `localstripe` writes its whole store to a file at every change and so is asked for
little; `emulate` refuses after 5,000 calls an hour.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any, Final
from urllib.request import urlopen

import psutil

from fixtures.installing import NoPipError, python_with_pip
from fixtures.node import NodeUnavailableError, binary, packages
from fixtures.polling import eventually
from fixtures.ports import reserve_port
from fixtures.stripe.bench.client import CallFailedError, get, post
from fixtures.stripe.bench.servers import Server, emulator

_HERE: Final = Path(__file__).parent
_CACHE: Final = _HERE.parents[2] / ".cache" / "peers"
_FETCH_TIMEOUT_S: Final = 180
_START_TIMEOUT_S: Final = 20
_BATCH: Final = 100
_MOST_CALLS: Final = 1_500
_ENOUGH_CPU_S: Final = 1.0
"""Of CPU counted in hundredths of a second; a server that is slow has used so much after a few calls."""
CUSTOMER: Final = b"email=ada%40example.com&name=Ada"
INTENT: Final = b"amount=4900&currency=usd"
ROWS: Final = ("create a customer", "read a customer", "create a payment intent")


class PeerUnavailableError(RuntimeError):
    """A peer could not be fetched or started; nothing is known of its speed."""


def measured() -> dict[str, Any]:
    """CPU microseconds of the server by call, for ours and for each peer; a text where one could not be measured."""
    return {name: _costs(start) for name, start in _SERVERS.items()}


def table(figures: Mapping[str, Any]) -> Iterator[str]:
    ours = figures["ours"]
    for name, costs in figures.items():
        if isinstance(costs, str):
            yield f"  {name:<24} not measured: {costs}"
            continue
        cells = [f"{row} {costs[row]:,.0f} µs ({costs[row] / ours[row]:.1f} x)" for row in ROWS]
        yield f"  {name:<24} {'; '.join(cells)}"


def _costs(start: Callable[[], AbstractContextManager[Server]]) -> dict[str, float] | str:
    try:
        with start() as server:
            return _of(server)
    except (PeerUnavailableError, NodeUnavailableError, NoPipError, CallFailedError) as problem:
        return str(problem).splitlines()[0]


def _of(server: Server) -> dict[str, float]:
    customer = server.ask(post("/v1/customers", CUSTOMER))["id"]
    calls = {
        ROWS[0]: post("/v1/customers", CUSTOMER),
        ROWS[1]: get(f"/v1/customers/{customer}"),
        ROWS[2]: post("/v1/payment_intents", INTENT),
    }
    return {row: _cost_us(server, call) for row, call in calls.items()}


def _cost_us(server: Server, call: bytes) -> float:
    began, made = server.cpu_s(), 0
    while made < _MOST_CALLS and server.cpu_s() - began < _ENOUGH_CPU_S:
        server.send([call] * _BATCH)
        made += _BATCH
    return (server.cpu_s() - began) / made * 1e6


@contextlib.contextmanager
def _localstripe() -> Iterator[Server]:
    home = _CACHE / "localstripe"
    if not home.exists():
        _fetch(home, _HERE / "localstripe.lock")
    # Its own command listens on every address of the machine and may load a file that somebody left in /tmp.
    program = (
        "import sys; from aiohttp import web; from localstripe.server import app; "
        "web.run_app(app, host='127.0.0.1', port=int(sys.argv[1]), print=None)"
    )
    environment = os.environ | {"PYTHONPATH": str(home)}
    with reserve_port() as port:
        command = [sys.executable, "-W", "ignore", "-c", program, str(port.number)]
        with _running(command, port.number, environment) as server:
            yield server


@contextlib.contextmanager
def _emulate() -> Iterator[Server]:
    program = packages(_HERE) / "emulate" / "dist" / "index.js"
    with reserve_port() as port:
        command = [str(binary()), str(program), "start", "--service", "stripe", "--port", str(port.number)]
        with _running(command, port.number, dict(os.environ)) as server:
            yield server


@contextlib.contextmanager
def _running(command: list[str], port: int, environment: Mapping[str, str]) -> Iterator[Server]:
    with tempfile.TemporaryFile("w+") as log, tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
        try:
            _wait_until_it_listens(port, log)
            yield Server(port, psutil.Process(process.pid))
        finally:
            process.terminate()
            process.wait()


def _wait_until_it_listens(port: int, log: IO[str]) -> None:
    try:
        eventually(lambda: _answers(port), bool, timeout_s=_START_TIMEOUT_S)
    except AssertionError:
        log.seek(0)
        raise PeerUnavailableError(f"it did not start: {log.read()[-500:]}") from None


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/"):
            return True
    except OSError as refusal:
        # Any answer will do, an HTTP error too; a refused connection has no status.
        return hasattr(refusal, "code")


def _fetch(home: Path, lock: Path) -> None:
    part = home.with_suffix(f".{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    quiet = ["--quiet", "--disable-pip-version-check", "--no-warn-script-location"]
    target = ["--no-deps", "--require-hashes", "--target", str(part), "-r", str(lock)]
    command = [python_with_pip(), "-m", "pip", "install", *quiet, *target]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_FETCH_TIMEOUT_S)
    if done.returncode:
        raise PeerUnavailableError(f"it could not be fetched: {done.stderr.strip().splitlines()[-1]}")
    part.rename(home)


_SERVERS: Final[dict[str, Callable[[], AbstractContextManager[Server]]]] = {
    "ours": emulator,
    "localstripe 1.15.10": _localstripe,
    "emulate 0.12.2": _emulate,
}
