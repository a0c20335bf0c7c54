"""M8: a charge whose answer was lost is called declined, although nobody knows: the buyer has paid for nothing."""

from typing import Any

from system.payments import process
from system.processor.port import Declined, Unknown

ROW = 208
SOURCE = "woocommerce/woocommerce#21083; Scottcjn/bottube#1963"
CHECK = "contract/test_honest_answers.py::test_a_charge_whose_reply_was_lost_is_open_until_the_processor_tells_of_it"


def apply() -> None:
    ask = process._ask

    async def ask_once(system: Any, payment: Any) -> Any:
        answer = await ask(system, payment)
        return Declined("timeout", "The card processor did not answer.") if isinstance(answer, Unknown) else answer

    process._ask = ask_once
