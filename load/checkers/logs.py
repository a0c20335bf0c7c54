"""No log of the system holds what would open a door or pay a bill."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from fixtures.books import Difference
from load.checkers.checker import Checker

OF_THE_SYSTEM: Final = ("app.log", "worker.log")
_SECRETS: Final = re.compile(
    rb"(?P<processor_key>\b[sr]k_(?:live|test)_\w{8,})"
    rb"|(?P<signing_secret>\bwhsec_\w{8,})"
    rb"|(?P<api_key>\bask_live_\w{8,})"
    rb"|(?P<access_token>\beyJ[\w-]{8,}\.eyJ[\w-]{8,})"
    rb"|(?P<password>password[\"']?\s*[=:]\s*[\"']?(?!\[hidden\])[^\s\"'&,}]{4,})"
    rb"|(?P<card_number>(?<![\w.])[3-6]\d{12,15}(?![\w.]))"
)
"""A card number is one only with a right check digit, so that no long number is taken for one."""


def no_log_holds_a_secret(logs: Sequence[Path]) -> Iterator[Difference]:
    """Say where and of what kind it is, and never what."""
    for path in logs:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                for found in _SECRETS.finditer(line):
                    if found.lastgroup != "card_number" or _is_card(found[0].decode()):
                        kind = str(found.lastgroup).replace("_", " ")
                        yield Difference("secret-in-log", f"{path.name}, line {number}", f"a {kind}")


def _is_card(digits: str) -> bool:
    """Luhn's formula: every second digit from the right counts double, digit by digit."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0


def _lines(logs: Sequence[Path]) -> int:
    return sum(path.stat().st_size > 0 for path in logs)


CHECKERS: Final[tuple[Checker[Any], ...]] = (
    Checker(no_log_holds_a_secret, lambda seen: seen.logs, _lines, "logs of the system"),
)
