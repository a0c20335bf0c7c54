"""When the processor is back, everything that has waited for it is asked at the same instant."""

import asyncio
from typing import Any

from system.subscriptions import tasks

ROW = 58
SOURCE = "LuthienResearch/luthien-proxy#683"
CHECK = (
    "contract/subscriptions/test_processor_outage.py::test_what_has_waited_for_the_processor_is_asked_a_few_at_a_time"
)


def apply() -> None:
    assert callable(tasks.each)

    async def all_at_once(things: Any, act: Any, **_: Any) -> None:
        await asyncio.gather(*map(act, things))

    tasks.each = all_at_once
