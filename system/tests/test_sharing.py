import asyncio
from collections.abc import Awaitable, Callable

import pytest

from system.kit.sharing import Shared
from system.tests.stand_in import run


class Work:
    """Counts how often it was begun; each turn ends when it is let go, with its number."""

    def __init__(self) -> None:
        self.begun = 0
        self.let_go = asyncio.Semaphore(0)

    async def __call__(self) -> int:
        self.begun += 1
        number = self.begun
        await self.let_go.acquire()
        return number


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def _asking(shared: Shared, work: Callable[[], Awaitable[int]], *, key: str = "sbn_1") -> "asyncio.Task[int]":
    return asyncio.create_task(shared.do(key, work))


def test_who_comes_while_it_is_under_way_shares_the_next_turn_and_never_that_one() -> None:
    async def play() -> tuple[list[int], int]:
        shared, work = Shared(), Work()
        first = _asking(shared, work)
        await _settle()
        others = [_asking(shared, work) for _ in range(4)]
        await _settle()
        assert work.begun == 1, "two turns of the same work overlap"
        work.let_go.release()
        await _settle()
        late = _asking(shared, work)
        work.let_go.release()
        work.let_go.release()
        return [await each for each in (first, *others, late)], work.begun

    assert run(play()) == ([1, 2, 2, 2, 2, 3], 3)


def test_works_of_different_names_do_not_wait_for_each_other() -> None:
    async def play() -> int:
        shared, slow, quick = Shared(), Work(), Work()
        waiting = _asking(shared, slow, key="sbn_1")
        await _settle()
        quick.let_go.release()
        done = await shared.do("sbn_2", quick)
        slow.let_go.release()
        await waiting
        return done

    assert run(play()) == 1


def test_a_failure_is_everybodys_who_shared_it_and_the_next_turn_is_a_new_one() -> None:
    async def play() -> tuple[list[BaseException | int], int]:
        shared, work = Shared(), Work()

        async def fail() -> int:
            raise ConnectionError

        failed = await asyncio.gather(*(shared.do("sbn_1", fail) for _ in range(3)), return_exceptions=True)
        work.let_go.release()
        return failed, await shared.do("sbn_1", work)

    failed, after = run(play())
    assert [type(each) for each in failed] == [ConnectionError] * 3
    assert after == 1


def test_who_is_cancelled_leaves_the_work_to_the_others() -> None:
    async def play() -> int:
        shared, work = Shared(), Work()
        leader, other = _asking(shared, work), _asking(shared, work)
        await _settle()
        leader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leader
        work.let_go.release()
        return await other

    assert run(play()) == 1


def test_nothing_is_kept_of_what_is_done() -> None:
    async def play() -> Shared:
        shared, work = Shared(), Work()
        for number in range(3):
            work.let_go.release()
            await shared.do(f"sbn_{number}", work)
        return shared

    assert vars(run(play())) == {"_under_way": {}, "_next": {}}
