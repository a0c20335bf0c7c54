"""The least that a payment can cost: its own statements and its own call of the processor, with nothing around them.

`python -m load.bench.bare_loop` reads a spec as one line of JSON, then one order a line, and answers each with what it
cost this process. Ids are drawn and parameters filled in before the clock starts: that is no work of a bare loop.
"""

import asyncio
import json
import re
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
import psycopg
import stripe
import uvloop
from psycopg_pool import AsyncConnectionPool

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"

Json = dict[str, Any]
Call = Callable[[str, Mapping[str, Any]], Awaitable[object]]
Filled = list[list[tuple[bytes, dict[str, str | None]]]]


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment's transactions with parameters of its own; the processor is asked after `before` of them."""

    transactions: Filled
    before: int
    key: str
    params: Mapping[str, Any]


def filled(spec: Json) -> Payment:
    """A further payment like the recorded one, under ids that nobody has used."""
    renamed = {name: _fresh(name) for name in spec["names"]}
    transactions: Filled = [
        [(_placeholders(sql), _numbered(parameters, renamed)) for sql, parameters in transaction]
        for transaction in spec["transactions"]
    ]
    params: Json = json.loads(_renamed(json.dumps(spec["call"]["params"]), renamed))
    return Payment(transactions, spec["before"], f"bare-{secrets.token_hex(12)}", params)


def _fresh(name: str) -> str:
    prefix, underscore, rest = name.rpartition("_")
    return prefix + underscore + "".join(secrets.choice(_ALPHABET) for _ in rest)


def _renamed(text: str, renamed: Mapping[str, str]) -> str:
    for old, new in renamed.items():
        text = text.replace(old, new)
    return text


def _numbered(parameters: list[str | None], renamed: Mapping[str, str]) -> dict[str, str | None]:
    values = (None if value is None else _renamed(value, renamed) for value in parameters)
    return {f"p{number}": value for number, value in enumerate(values, start=1)}


@cache
def _placeholders(sql: str) -> bytes:
    """In the form that psycopg reads; the same object each time, whose hash it then knows."""
    return re.sub(r"\$(\d+)", r"%(p\1)s", sql.replace("%", "%%")).encode()


async def pay(pool: AsyncConnectionPool, payment: Payment, call: Call | None) -> None:
    for number, transaction in enumerate(payment.transactions):
        if number == payment.before and call is not None:
            await call(payment.key, payment.params)
        async with pool.connection() as connection:
            await _send(connection, transaction)


async def _send(connection: psycopg.AsyncConnection, transaction: list[tuple[bytes, dict[str, str | None]]]) -> None:
    alone = len(transaction) == 1
    if alone:
        await connection.set_autocommit(True)
    for sql, parameters in transaction:
        cursor = await connection.execute(sql, parameters)
        if cursor.description is not None:
            await cursor.fetchall()
    if alone:
        await connection.set_autocommit(False)


@asynccontextmanager
async def caller(kind: str, spec: Json) -> Any:  # noqa: ANN401 - an async iterator of what `pay` takes
    if kind == "none":
        yield None
    elif kind == "stripe":
        http = stripe.AIOHTTPClient()
        client = stripe.StripeClient(
            spec["api_key"], http_client=http, base_addresses={"api": spec["stripe_url"]}, max_network_retries=0
        )
        yield lambda key, params: client.raw_request_async("post", spec["call"]["path"], **params, idempotency_key=key)
        await http.close_async()  # type: ignore[no-untyped-call]
    else:
        async with aiohttp.ClientSession(spec["stripe_url"]) as session:
            yield lambda key, params: _post(session, spec, key, params)


async def _post(session: aiohttp.ClientSession, spec: Json, key: str, params: Mapping[str, Any]) -> Json:
    headers = {
        "Authorization": f"Bearer {spec['api_key']}",
        "Idempotency-Key": key,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = urlencode(list(_form("", params)))
    async with session.post(spec["call"]["path"], data=body, headers=headers) as response:
        reply: Json = json.loads(await response.read())
        if response.status != 200:  # noqa: PLR2004 - what Stripe answers to a payment that it took
            raise RuntimeError(f"the processor answered {response.status}: {reply}")
        return reply


def _form(prefix: str, value: object) -> Iterator[tuple[str, str]]:
    """Stripe's form encoding: a[b]=c for members, a[0]=b for lists."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _form(f"{prefix}[{name}]" if prefix else str(name), each)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _form(f"{prefix}[{number}]", each)
    else:
        yield prefix, str(value)


async def measure(pool: AsyncConnectionPool, spec: Json, order: Json) -> Json:
    """Seconds of CPU and of wall clock that `count` payments took, `at_once` of them side by side."""
    payments = [filled(spec) for _ in range(order["count"])]
    async with caller(order["call"], spec) as call:
        cpu, wall = time.process_time(), time.perf_counter()

        async def work() -> None:
            while payments:
                await pay(pool, payments.pop(), call)

        await asyncio.gather(*(work() for _ in range(order["at_once"])))
        return {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}


async def main() -> None:
    spec: Json = json.loads(sys.stdin.readline())
    stripe.enable_telemetry = False
    pool = AsyncConnectionPool(
        spec["database_url"], min_size=2, max_size=spec["pool"], open=False, kwargs={"prepare_threshold": 1}
    )
    async with pool:
        for line in sys.stdin:
            sys.stdout.write(json.dumps(await measure(pool, spec, json.loads(line))) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main())
