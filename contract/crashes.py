"""Buyers who insist on an answer while somebody kills the application and the database under them."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Literal, TypeVar

import httpx

from fixtures.bench import Bench
from fixtures.books import Operation
from fixtures.client import HttpxTransport, Item, Member, Payment, Reply

Value = TypeVar("Value")

BUYERS: Final = 6
PAUSE_S: Final = 0.05
PATIENCE_S: Final = 120.0
LONGEST_HESITATION_S: Final = 0.06
"""A payment takes some ten milliseconds: a kill within this time of one meets it anywhere on its way."""
AGAIN: Final = frozenset({"idempotency-in-progress", "service-unavailable", "processor-unavailable"})


@dataclass(slots=True)
class Record:
    """What happened, for the checks; appended to by several threads, which lists and counters of CPython bear."""

    operations: list[Operation] = field(default_factory=list)
    broken_replies: int = 0
    refused_for_now: int = 0
    server_errors: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    bites: Counter[str] = field(default_factory=Counter)
    finished: int = 0


class Storm:
    """A seeded run: `payments` by several buyers at once, `kills` spread over them in a random order."""

    def __init__(self, bench: Bench, catalogue: Mapping[str, Item], seed: int) -> None:
        self._bench = bench
        self._item = catalogue["itm_tokens_100"]
        self._random = random.Random(seed)  # noqa: S311 - a schedule, not a secret
        self._seed = seed
        self.record = Record()

    def run(self, members: Sequence[Member], *, payments: int, kills: Mapping[str, int]) -> Record:
        intents = iter(range(payments))
        lock = threading.Lock()

        def shop(member: Member) -> None:
            for number in _shared(intents, lock):
                self._buy(member, number)

        with ThreadPoolExecutor(len(members) + 1) as threads:
            shoppers = [threads.submit(shop, member) for member in members]
            killer = threads.submit(self._kill, kills, payments, lambda: all(each.done() for each in shoppers))
            # The killer first: where it could not start again what it killed, the shoppers' complaints say nothing.
            for future in (killer, *shoppers):
                future.result()
        return self.record

    def _buy(self, member: Member, number: int) -> None:
        """Every tenth card is declined, every fifth purchase partly returned."""
        declined = number % 10 == 0
        method = "pm_card_chargeDeclined" if declined else "pm_card_visa"
        key = f"storm-{self._seed}-{number}"
        paid = self._insist(lambda: member.pay(self._item, key=key, payment_method=method))
        self.record.operations.append(_paid(member, key, self._item, paid))
        self.record.finished += 1
        if number % 5 == 1 and paid.status == HTTPStatus.CREATED:
            self._return(member, paid.value, f"{key}-back")

    def _return(self, member: Member, payment: Payment, key: str) -> None:
        back = self._insist(lambda: member.refund(payment.payment_id, key=key, amount=99))
        outcome: Literal["ok", "info"] = "ok" if back.status == HTTPStatus.CREATED else "info"
        self.record.operations.append(
            Operation("refund", member.email, key, outcome, back.value.refund_id, 99, payment.currency)
        )

    def _insist(self, ask: Callable[[], Reply[Value]]) -> Reply[Value]:
        """Ask with the same key until an answer is final; an answer that never comes is an AssertionError."""
        deadline = time.monotonic() + PATIENCE_S
        last = "nothing"
        while time.monotonic() < deadline:
            try:
                reply = ask()
            except httpx.TransportError as broken:
                self.record.broken_replies += 1
                last = repr(broken)
            else:
                if reply.ok or reply.status == HTTPStatus.PAYMENT_REQUIRED or not self._for_now(reply):
                    return reply
                last = reply.text
            time.sleep(PAUSE_S)
        raise AssertionError(f"Seed {self._seed}: no final answer in {PATIENCE_S:g} s, the last was {last}")

    def _for_now(self, reply: Reply[Value]) -> bool:
        self.record.refused_for_now += 1
        if reply.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            self.record.server_errors.append(reply.text)
            return True
        return reply.problem.slug in AGAIN

    def _kill(self, kills: Mapping[str, int], payments: int, over: Callable[[], bool]) -> None:
        victims = [victim for victim, times in kills.items() for _ in range(times)]
        self._random.shuffle(victims)
        for number, victim in enumerate(victims, start=1):
            due = number * payments // (len(victims) + 1)
            while self.record.finished < due and not over():
                time.sleep(0.001)
            time.sleep(self._random.uniform(0, LONGEST_HESITATION_S))
            self._strike(victim)

    def _strike(self, victim: str) -> None:
        """Kill, count whether somebody's request was met by it, and start again."""
        before = self.record.broken_replies + self.record.refused_for_now
        kill, start = {
            "app": (self._bench.kill_app, self._bench.start_app),
            "postgres": (self._bench.kill_postgres, self._bench.start_postgres),
        }[victim]
        kill()
        self.record.kills[victim] += 1
        start()
        self.record.bites[victim] += self.record.broken_replies + self.record.refused_for_now > before


@contextmanager
def buyers(bench: Bench, sign_up: Callable[[HttpxTransport, str], Member]) -> Iterator[list[Member]]:
    with ExitStack() as stack:
        transports = [stack.enter_context(HttpxTransport(bench.url)) for _ in range(BUYERS)]
        yield [sign_up(transport, bench.run_id) for transport in transports]


def _shared(intents: Iterator[int], lock: threading.Lock) -> Iterator[int]:
    """Hand out each number once among the threads."""
    while True:
        with lock:
            number = next(intents, None)
        if number is None:
            return
        yield number


def _paid(member: Member, key: str, item: Item, reply: Reply[Payment]) -> Operation:
    if reply.status == HTTPStatus.PAYMENT_REQUIRED:
        return Operation(
            "pay", member.email, key, "fail", str(reply.problem.extras["payment_id"]), item.amount, item.currency
        )
    payment = reply.value
    outcome: Literal["ok", "info"] = "ok" if payment.status == "succeeded" else "info"
    return Operation("pay", member.email, key, outcome, payment.payment_id, payment.amount, payment.currency)
