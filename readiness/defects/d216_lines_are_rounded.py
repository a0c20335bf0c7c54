"""M16: each line of an invoice is rounded by itself and the total is not: what is added up is not what is asked for."""

from dataclasses import replace
from typing import Any

from system.invoicing import models, service

ROW = 216
SOURCE = "useautumn/autumn#3407; getlago/lago-api#2643"
CHECK = "contract/test_invoices.py::test_the_lines_of_each_document_sum_to_it"


def apply() -> None:
    """Round to whole units of the currency, and lose the check that would have noticed."""
    closed = service.closed

    def closed_roundly(lines: Any, money: Any) -> Any:
        return tuple(replace(line, amount=-(-line.amount // 100) * 100) for line in closed(lines, money))

    models.Due.__post_init__ = lambda _: None
    service.closed = closed_roundly
