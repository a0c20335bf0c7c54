"""The emulator's speed, and whether it keeps it: the hundred-thousandth payment must cost what the first did.

Figures are per second of the emulator's own CPU, so that the client and a busy machine do not count.
"""

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import psutil

from fixtures.ports import LOOPBACK, reserve_port
from fixtures.probes import says
from fixtures.processes import Command
from fixtures.servers import Server

Running = tuple[int, psutil.Process]
_CONNECTIONS: Final = 16

_BODY: Final = urlencode(
    {
        "amount": 499,
        "currency": "usd",
        "payment_method": "pm_card_visa",
        "allowed_payment_method_types[0]": "card",
        "confirm": "true",
        "metadata[payment_id]": "pay_01hzzzzzzzzzzzzzzzzzzzzzzz",
    }
).encode()


def measured(*, payments: int) -> dict[str, Any]:
    """The last tenth of `payments` in one emulator, slice by slice beside the first tenth in a fresh one.

    Side by side, because a machine that grows busy in between would be taken for an emulator that grew slow.
    """
    size = min(1000, payments // 10 // 4)  # the kernel counts CPU in hundredths of a second
    with _emulator() as full:
        _cpu_of(full, payments - payments // 10)
        with _emulator() as fresh:
            _cpu_of(fresh, size)  # the first calls pay for imports and caches
            pairs = [
                _side_by_side(full, fresh, size, turned=bool(number % 2)) for number in range(payments // 10 // size)
            ]
        memory = full[1].memory_info().rss / 2**20
    return {
        "payments": payments,
        "per_core_second": round(size / statistics.median(first for _last, first in pairs)),
        "per_core_second_at_the_end": round(size / statistics.median(last for last, _first in pairs)),
        "last_over_first": round(statistics.median(first / last for last, first in pairs), 3),
        "resident_mib": round(memory),
        "slices_cpu_s": pairs,
    }


def table(figures: Mapping[str, Any], *, per_core_second: int, last: float) -> Iterator[str]:
    speed, kept = figures["per_core_second"], figures["last_over_first"]
    later, payments = figures["per_core_second_at_the_end"], figures["payments"]
    yield f"  {speed} per core-second (aim: {per_core_second} or more)"
    yield f"  {later} per core-second in the last tenth of {payments}, beside a fresh one: {kept:.2f} of its speed"
    yield f"  (aim: {last} or more); {figures['resident_mib']} MiB resident at the end"


def _side_by_side(full: Running, fresh: Running, count: int, *, turned: bool) -> tuple[float, float]:
    if turned:
        first, last = _cpu_of(fresh, count), _cpu_of(full, count)
    else:
        last, first = _cpu_of(full, count), _cpu_of(fresh, count)
    return last, first


def _cpu_of(emulator: Running, count: int) -> float:
    """Seconds of CPU that the emulator used for so many payments."""
    port, process = emulator
    before = sum(process.cpu_times()[:2])
    asyncio.run(_drive(port, count))
    return float(sum(process.cpu_times()[:2]) - before)


@contextmanager
def _emulator() -> Iterator[Running]:
    with reserve_port() as port, tempfile.TemporaryDirectory() as logs:
        argv = (sys.executable, "-m", "fixtures.stripe", "--port", str(port.number), "--seed", "1", "--quiet")
        command = Command(name="stripe emulator", argv=argv, log=Path(logs) / "stripe.log", port=port.number)
        server = Server(command, says("listening on"))
        try:
            server.start()
            yield port.number, psutil.Process(server.pid)
        finally:
            server.end()


async def _drive(port: int, count: int) -> None:
    loop = asyncio.get_running_loop()
    left, done = iter(range(count)), [loop.create_future() for _ in range(_CONNECTIONS)]
    for each in done:
        await loop.create_connection(lambda each=each: _Payer(left, each), LOOPBACK, port)  # type: ignore[misc]
    await asyncio.gather(*done)


class _Payer(asyncio.Protocol):
    """One connection that pays, waits for the answer, and pays again: as little client as there can be."""

    def __init__(self, left: Iterator[int], done: asyncio.Future[None]) -> None:
        self._left, self._done = left, done
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "TCP gives one"
        self._transport = transport
        self._pay()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, blank, body = self._received.partition(b"\r\n\r\n")
        if not blank or len(body) < _length(head):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self._end(RuntimeError(f"the emulator answered {self._received.decode(errors='replace')}"))
            return
        self._received = b""
        self._pay()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the emulator closed the connection"))

    def _pay(self) -> None:
        if next(self._left, None) is None:
            self._end(None)
        else:
            self._transport.write(_REQUEST)

    def _end(self, error: Exception | None) -> None:
        if error is None:
            self._done.set_result(None)
        else:
            self._done.set_exception(error)
        self._transport.close()


_HEAD: Final = (
    f"POST /v1/payment_intents HTTP/1.1\r\nhost: {LOOPBACK}\r\nauthorization: Bearer sk_test_bench\r\n"
    f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(_BODY)}\r\n\r\n"
)
_REQUEST: Final = _HEAD.encode() + _BODY


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError(f"an answer without its length: {head!r}")
