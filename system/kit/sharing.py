import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

Result = TypeVar("Result")


class Shared:
    """Work that several ask for at the same instant, done once for all of them.

    What was begun before somebody came may have looked too early for him. So whoever comes while it is under way waits
    for the next, which begins when that one has ended and is for everybody who came meanwhile.
    """

    def __init__(self) -> None:
        self._under_way: dict[str, asyncio.Task[Any]] = {}
        self._next: dict[str, asyncio.Task[Any]] = {}

    async def do(self, key: str, work: Callable[[], Awaitable[Result]]) -> Result:
        """Return what the work named `key` came to that began after this call, or raise what it raised.

        Whoever is cancelled while he waits leaves the work to the others.
        """
        task: asyncio.Task[Result] | None = self._next.get(key)
        if task is None:
            task = self._next[key] = asyncio.create_task(self._after(self._under_way.get(key), key, work))
        return await asyncio.shield(task)

    async def _after(
        self, earlier: asyncio.Task[Any] | None, key: str, work: Callable[[], Awaitable[Result]]
    ) -> Result:
        if earlier is not None:
            await asyncio.wait([earlier])
        own = self._under_way[key] = self._next.pop(key)
        try:
            return await work()
        finally:
            if self._under_way.get(key) is own:
                del self._under_way[key]
