import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

Thing = TypeVar("Thing")

_AT_ONCE = 8


async def each(things: Iterable[Thing], act: Callable[[Thing], Awaitable[object]], *, at_once: int = _AT_ONCE) -> None:
    """Act on all things, a few at a time: a backlog is worked off without a storm on whoever is asked."""
    slots = asyncio.Semaphore(at_once)

    async def one(thing: Thing) -> None:
        async with slots:
            await act(thing)

    await asyncio.gather(*(one(thing) for thing in things))
