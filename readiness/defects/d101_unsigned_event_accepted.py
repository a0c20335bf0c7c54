"""An event without a signature is believed: the check runs only if the header is there."""

from typing import Any

from system.webhooks import endpoints

ROW = 101
SOURCE = "colophon-group/jobseek#3209; Layr-Labs/d-inference#710; NorthlandPositronics/Cogtrix#119"
CHECK = "security/test_webhook_forgery.py::test_a_forged_event_is_refused_and_changes_nothing"


def apply() -> None:
    verify = endpoints.verify

    def verify_if_signed(body: bytes, header: str, *rest: Any) -> None:
        if header:
            verify(body, header, *rest)

    endpoints.verify = verify_if_signed
