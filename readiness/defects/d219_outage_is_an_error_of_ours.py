"""M19: a processor that takes no requests makes every purchase an internal error, and nobody is told to come again."""

from typing import Any

from system.payments import process

ROW = 219
SOURCE = "abiru/kikaku-os#854"
CHECK = "contract/test_honest_answers.py::test_a_processor_that_takes_nothing_is_told_with_the_time_to_come_again"


def apply() -> None:
    assert issubclass(process.ProcessorUnavailable, Exception)

    def unforeseen(detail: str, **_: Any) -> Exception:
        return RuntimeError(detail)

    process.ProcessorUnavailable = unforeseen
