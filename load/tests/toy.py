"""A server with a known truth: it answers at once, except for one second in five, in which it does nothing at all.

`python -m load.tests.toy PORT [PERIOD_S STALL_S]`. The cycle begins with the first request.
"""

import asyncio
import json
import sys
import time

ITEM = {
    "item_id": "itm_toy",
    "price_id": "prc_toy",
    "kind": "token_pack",
    "name": "Toy",
    "description": "",
    "amount": 499,
    "currency": "usd",
    "repeatable": True,
}
BODY = json.dumps({"items": [ITEM], "next_cursor": None}).encode()
REPLY = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(BODY), BODY)


class Stalls:
    def __init__(self, period_s: float, stall_s: float) -> None:
        self._period_s, self._stall_s = period_s, stall_s
        self._began: float | None = None

    def left_s(self) -> float:
        """How long the server will go on doing nothing; it stalls in the middle of each period."""
        now = time.monotonic()
        self._began = now if self._began is None else self._began
        into = (now - self._began) % self._period_s - (self._period_s - self._stall_s) / 2
        return self._stall_s - into if 0 <= into < self._stall_s else 0.0


async def serve(port: int, stalls: Stalls) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await _request(reader):
            await asyncio.sleep(stalls.left_s())
            writer.write(REPLY)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port, backlog=1024)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


async def _request(reader: asyncio.StreamReader) -> bool:
    try:
        return bool(await reader.readuntil(b"\r\n\r\n"))
    except (asyncio.IncompleteReadError, ConnectionError):
        return False


if __name__ == "__main__":
    period_s, stall_s = (float(each) for each in (sys.argv[2:] or ("5", "1")))
    asyncio.run(serve(int(sys.argv[1]), Stalls(period_s, stall_s)))
