"""Whoever knows the id of a payment can read it, whosever it is."""

from typing import Any

from system.payments import service

ROW = 103
SOURCE = "anomalyco/opencode#28395; Paymenter/Paymenter#543; ai-shifu/ai-shifu#2848; class of CVE-2023-7320"
CHECK = "security/test_object_ownership.py::test_every_operation_that_bears_an_id_hides_it_from_others"


def apply() -> None:
    find = service.repository.find

    async def find_anybodys(conn: Any, payment_id: str, **_: Any) -> Any:
        return await find(conn, payment_id)

    service.repository.find = find_anybodys
