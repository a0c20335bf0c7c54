"""A system of ours as seen from outside, made of canned answers, whose pace is known to the millisecond.

`python -m load.tests.toy PORT stalls PERIOD_S STALL_S` does nothing at all in the middle of each period, which begins
with the first request. `PORT law SHORTEST_S LONGEST_S SEED COUNT FILE` takes for each of COUNT requests a time of its
own, spread evenly between the two and in the order of the seed, and writes down what it really took: seconds, one line
a request.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TextIO

from fixtures.client import requests

ITEM: Final = {
    "item_id": "itm_toy",
    "price_id": "prc_toy",
    "kind": "token_pack",
    "name": "Toy",
    "description": "",
    "amount": 499,
    "currency": "usd",
    "repeatable": True,
}
SESSION: Final[dict[str, Any]] = {
    "account": {
        "account_id": "usr_toy",
        "email": "toy@example.com",
        "name": "Toy",
        "role": "auditor",
        "created_at": "2026-01-01T00:00:00+00:00",
        "email_verified_at": None,
    },
    "access_token": "a",
    "refresh_token": "r",
    "token_type": "bearer",
    "expires_in_s": 900,
}
_NOTHING: Final[dict[str, Any]] = {"items": [], "next_cursor": None}
_GRANTED: Final = {
    "entry_id": "aud_toy",
    "actor_id": "system:command",
    "action": "account.role_granted",
    "object_id": "usr_toy",
    "details": {"role": "auditor"},
    "recorded_at": "2026-01-01T00:00:00+00:00",
}
_ANSWERS: Final[dict[str, dict[str, Any]]] = {
    requests.LOG_IN: SESSION,
    requests.SIGN_UP: SESSION,
    requests.CATALOGUE: {"items": [ITEM], "next_cursor": None},
    requests.PRICING: {"tiers": []},
    requests.TRIAL_BALANCE: {"currencies": []},
    requests.AUDIT_LOG: {"items": [_GRANTED], "next_cursor": None},
}

Work = Callable[[], Awaitable[None]]


class Stalls:
    def __init__(self, period_s: float, stall_s: float) -> None:
        self._period_s, self._stall_s = period_s, stall_s
        self._began: float | None = None

    async def work(self) -> None:
        await asyncio.sleep(self.left_s())

    def left_s(self) -> float:
        """How long the server will go on doing nothing."""
        now = time.monotonic()
        self._began = now if self._began is None else self._began
        into = (now - self._began) % self._period_s - (self._period_s - self._stall_s) / 2
        return self._stall_s - into if 0 <= into < self._stall_s else 0.0


class Law:
    """The nth request takes the nth of these times, and what it really took is written down."""

    def __init__(self, times_s: Sequence[float], kept: TextIO) -> None:
        self._left = iter(times_s)
        self._kept = kept

    async def work(self) -> None:
        began = time.perf_counter()
        await asyncio.sleep(next(self._left))
        self._kept.write(f"{time.perf_counter() - began}\n")


def evenly_spread(shortest_s: float, longest_s: float, count: int, seed: int) -> list[float]:
    """A uniform law without the luck of drawing from it: each of `count` equal parts of it comes once."""
    times = [shortest_s + (longest_s - shortest_s) * (number + 0.5) / count for number in range(count)]
    random.Random(seed).shuffle(times)  # noqa: S311 - an order that can be repeated, not a secret
    return times


async def serve(port: int, work: Work) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                path = await _request(reader)
                await work()
                writer.write(_reply(path))
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port, backlog=1024)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


async def _request(reader: asyncio.StreamReader) -> str:
    first, *headers = (await reader.readuntil(b"\r\n\r\n")).decode().lower().splitlines()
    lengths = [line.partition(":")[2] for line in headers if line.startswith("content-length:")]
    await reader.readexactly(int(lengths[0]) if lengths else 0)
    return first.split()[1].partition("?")[0]


def _reply(path: str) -> bytes:
    body = json.dumps(_ANSWERS.get(path, _NOTHING)).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


def main(port: str, pace: str, *about: str) -> None:
    if pace == "stalls":
        period_s, stall_s = map(float, about)
        asyncio.run(serve(int(port), Stalls(period_s, stall_s).work))
        return
    shortest_s, longest_s, seed, count, path = about
    with Path(path).open("w", encoding="utf-8", buffering=1) as kept:
        times = evenly_spread(float(shortest_s), float(longest_s), int(count), int(seed))
        asyncio.run(serve(int(port), Law(times, kept).work))


if __name__ == "__main__":
    main(*sys.argv[1:])
