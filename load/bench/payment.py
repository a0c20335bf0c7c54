"""The application beside the least that its work can cost: CPU per payment, in alternating rounds."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final

import aiohttp

from fixtures.bench import Bench
from fixtures.builders import person
from fixtures.client import Item, Member, Visitor, requests
from fixtures.client.transport import HttpxTransport
from load.bench.processes import listening
from load.bench.recording import CARD, Recording, record

AT_ONCE: Final = 4
POOL: Final = 10
_WITHIN_S: Final = 60.0
_FEWEST_ROUNDS: Final = 3
KINDS: Final = ("app", "stripe", "aiohttp", "none")
"""The application; the bare loop with the SDK's client, with aiohttp alone, and without the processor."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds a payment, of the process's CPU and of the wall clock."""

    cpu_us: float
    wall_us: float


Rounds = Mapping[str, list[Cost]]


def measured(*, rounds: int, count: int) -> dict[str, Any]:
    """Medians over the rounds, and of the ratio within each round: a busy machine weighs on both sides alike."""
    with Bench.start() as bench, HttpxTransport(bench.url) as transport:
        member, item = _buyer(transport)
        # What webhooks and mails cost is the application's too, but not this request's.
        bench.stripe.pause_webhooks()
        bench.kill_worker()
        recording = record(bench, member, item)
        with _bare_loop(bench, recording) as bare:
            costs = _rounds(bench, member, item, bare, rounds=rounds, count=count)
    return _summary(costs, recording) | {"rounds": len(costs["app"]), "payments_a_round": count, "at_once": AT_ONCE}


def _buyer(transport: HttpxTransport) -> tuple[Member, Item]:
    new, visitor = person("bench"), Visitor(transport)
    member = Member(transport, visitor.sign_up(email=new.email, password=new.password, name=new.name).value)
    items = visitor.catalogue(limit=100).value.items
    return member, next(item for item in items if item.repeatable)


def _rounds(
    bench: Bench, member: Member, item: Item, bare: subprocess.Popen[str], *, rounds: int, count: int
) -> dict[str, list[Cost]]:
    costs: dict[str, list[Cost]] = {kind: [] for kind in KINDS}
    deadline = time.monotonic() + _WITHIN_S
    for number in range(-1, rounds):  # the first round warms everything up and is thrown away
        if number >= _FEWEST_ROUNDS and time.monotonic() > deadline:
            break
        for kind in KINDS if number % 2 else reversed(KINDS):
            cost = _app(bench, member, item, number, count) if kind == "app" else _bare(bare, kind, count)
            costs[kind] += [cost] if number >= 0 else []
    return costs


def _app(bench: Bench, member: Member, item: Item, number: int, count: int) -> Cost:
    process = listening(bench.url)
    before, began = sum(process.cpu_times()[:2]), time.perf_counter()
    asyncio.run(_buy(bench.url, member, item, [f"bench-{number}-{each}" for each in range(count)]))
    wall, used = time.perf_counter() - began, sum(process.cpu_times()[:2]) - before
    return Cost(1e6 * used / count, 1e6 * wall / count)


async def _buy(url: str, member: Member, item: Item, keys: list[str]) -> None:
    order = {"price_id": item.price_id, "expected_amount": item.amount, "expected_currency": item.currency}
    headers = requests.bearer(member.session.access_token)
    async with aiohttp.ClientSession(url, headers=headers) as session:

        async def work() -> None:
            while keys:
                named = requests.keyed(keys.pop())
                async with session.post(requests.PAY, json=order | {"payment_method": CARD}, headers=named) as reply:
                    assert reply.status == 201, await reply.text()  # noqa: PLR2004 - created

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))


@contextmanager
def _bare_loop(bench: Bench, recording: Recording) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "load.bench.bare_loop"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        _tell(process, _spec(bench, recording))
        try:
            yield process
        finally:
            process.kill()


def _spec(bench: Bench, recording: Recording) -> dict[str, Any]:
    grouped = [[(each.sql, each.parameters) for each in transaction] for transaction in recording.transactions]
    call = {"path": recording.call.path, "params": dict(recording.call.params)}
    address = {"database_url": bench.database_url, "stripe_url": bench.stripe_url, "api_key": bench.stripe.api_key}
    return address | {
        "pool": POOL,
        "transactions": grouped,
        "names": recording.names,
        "before": recording.before,
        "call": call,
    }


def _bare(process: subprocess.Popen[str], call: str, count: int) -> Cost:
    _tell(process, {"call": call, "count": count, "at_once": AT_ONCE})
    assert process.stdout is not None, "opened as a pipe"
    answer = process.stdout.readline()
    assert answer, "the bare loop died; its last words are above"
    took = json.loads(answer)
    return Cost(1e6 * took["cpu_s"] / count, 1e6 * took["wall_s"] / count)


def _tell(process: subprocess.Popen[str], line: Mapping[str, Any]) -> None:
    assert process.stdin is not None, "opened as a pipe"
    process.stdin.write(json.dumps(line) + "\n")
    process.stdin.flush()


def _summary(costs: Rounds, recording: Recording) -> dict[str, Any]:
    cpu = {kind: [cost.cpu_us for cost in of_kind] for kind, of_kind in costs.items()}
    ratios = {
        kind: statistics.median(app / bare for app, bare in zip(cpu["app"], cpu[kind], strict=True))
        for kind in ("stripe", "aiohttp")
    }
    return {
        "statements": recording.statements,
        "transactions": len(recording.transactions),
        "cpu_us": {kind: round(statistics.median(of_kind), 1) for kind, of_kind in cpu.items()},
        "wall_us": {kind: round(statistics.median(each.wall_us for each in costs[kind]), 1) for kind in costs},
        "app_over_bare": {kind: round(ratio, 2) for kind, ratio in ratios.items()},
        "every_round": {kind: [asdict(cost) for cost in of_kind] for kind, of_kind in costs.items()},
    }
