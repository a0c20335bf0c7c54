"""A double click, a reload or a second tab pays for the same course again."""

from dataclasses import replace
from typing import Any

from system.payments import process

ROW = 34
SOURCE = "mozilla/fxa#13755; gitpod-io/gitpod#734, #16524; laravel/cashier-stripe#1604"
CHECK = "contract/test_idempotency.py::test_a_crowd_with_different_keys_buys_a_course_once"


def apply() -> None:
    """Treat every item as one that is sold again and again, which is what forgetting to ask amounts to."""
    intent = process._intent

    def repeatable(*args: Any) -> Any:
        return replace(intent(*args), repeatable=True)

    process._intent = repeatable
