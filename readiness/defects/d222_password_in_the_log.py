"""M22: a log-in is logged with the body that was sent, and whoever may read the log may log in as anybody."""

from typing import Any

import structlog

from system.accounts import service

ROW = 222
SOURCE = "casdoor/casdoor#3573; Clivern/Lynx#144; paperclipai/paperclip#8937"
CHECK = "contract/test_logs.py::test_no_line_holds_a_secret"

log = structlog.get_logger("access")


def apply() -> None:
    """Log it as text: what blanks the values of telling names does not see into it."""
    log_in = service.log_in

    async def log_in_told(system: Any, *, email: str, password: str, origin: Any) -> Any:
        log.info("log_in", body=f"email={email}&password={password}")
        return await log_in(system, email=email, password=password, origin=origin)

    service.log_in = log_in_told
