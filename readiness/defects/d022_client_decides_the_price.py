"""The amount that the client names is the amount that is charged."""

from dataclasses import replace
from typing import Any

from system.catalogue import service

ROW = 22
SOURCE = "cezerin/cezerin#486; avneesh0612/voyagger#14; KanishJebaMathewM/Truxify#296"
CHECK = "contract/test_payments.py::test_a_price_that_changed_is_a_conflict_with_the_new_one"


def apply() -> None:
    assert callable(service.resolve)

    async def resolve(conn: Any, price_id: str, *, seen: Any) -> Any:
        offer = await service.repository.find_offer(conn, price_id)
        return replace(offer, amount=seen.amount, currency=seen.currency)

    service.resolve = resolve
