"""A system without a database or a processor: each answers what a test has laid ready, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

from system.context import System
from system.kit.sharing import Shared
from system.tests.examples import NOW, SETTINGS

T = TypeVar("T")

Lay = Callable[..., None]
"""Lays ready what the verbs of a module find, by their names; see the fixture `rows`."""


def run(work: Awaitable[T]) -> T:
    """Await it, in a loop of its own."""

    async def done() -> T:
        return await work

    return asyncio.run(done())


def answering(value: object) -> Callable[..., Awaitable[object]]:
    """A repository's or a processor's verb that always answers this."""

    async def verb(*_: object, **__: object) -> object:
        return value

    return verb


class Processor:
    """Answers by verb, and remembers what it was asked; a verb without an answer is a fault of the test.

    A list is what is answered one time after the other.
    """

    def __init__(self, **answers: object) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def __getattr__(self, verb: str) -> Callable[..., Awaitable[object]]:
        assert verb in self._answers, f"nobody expected {verb} to be asked"

        async def answer(*_: object, **__: object) -> object:
            self.asked.append(verb)
            laid = self._answers[verb]
            return laid.pop(0) if isinstance(laid, list) else laid

        return answer


class Rows:
    """Connections that lead nowhere: what is read through them is laid ready in the repositories."""

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[object]:
        yield object()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[object]:
        yield object()


@dataclass
class StoppedClock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class StandIn:
    processor: Processor
    settings: Any = SETTINGS
    clock: StoppedClock = field(default_factory=StoppedClock)
    db: Rows = field(default_factory=Rows)
    shared: Shared = field(default_factory=Shared)


def system(processor: Processor | None = None, *, at: datetime = NOW) -> System:
    return cast("System", StandIn(processor or Processor(), clock=StoppedClock(at)))
