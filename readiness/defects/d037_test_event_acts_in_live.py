"""An event of the processor's other mode is taken for one of ours, if only its signature is right."""

from typing import Any

from system.webhooks import service
from system.webhooks.handlers import HANDLERS

ROW = 37
SOURCE = "pay-rails/pay#999; integrallis/stripe_event#33"
CHECK = "security/test_event_mismatch.py::test_an_event_that_does_not_fit_is_kept_aside_and_moves_nothing[live-mode]"


def apply() -> None:
    assert callable(service._handler_for)

    def handler_for(_: Any, event: Any) -> Any:
        return HANDLERS.get(event.type)

    service._handler_for = handler_for
