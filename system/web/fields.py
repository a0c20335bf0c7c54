"""What people type, read strictly: nothing is rounded and nothing is guessed."""

import re
from collections.abc import Mapping

from system.kit.money import AMOUNT_MAX, EXPONENTS
from system.kit.problems import InvalidRequest

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_AMOUNT = re.compile(r"([0-9]{1,16})(?:[.,]([0-9]{1,3}))?")
_DIGITS = re.compile(r"[0-9]{1,16}")


def minor_units(text: str, currency: str) -> int | None:
    """Read `12`, `12.5` or `12,50` as minor units; None for what is no amount of this currency."""
    matched = _AMOUNT.fullmatch(text.strip())
    exponent = EXPONENTS[currency]
    if matched is None or len(matched[2] or "") > exponent:
        return None
    amount = int(matched[1] + (matched[2] or "").ljust(exponent, "0"))
    return amount if 0 < amount <= AMOUNT_MAX else None


def form_key(fields: Mapping[str, str]) -> str:
    """Return the idempotency key that the server put into the form."""
    key = fields.get("key", "")
    if not _KEY.fullmatch(key):
        raise InvalidRequest.field("form.key", "This form was changed on its way; reload the page and try again.")
    return key


def whole_number(fields: Mapping[str, str], name: str) -> int:
    text = fields.get(name, "")
    if not _DIGITS.fullmatch(text):
        raise InvalidRequest.field(f"form.{name}", "This form was changed on its way; reload the page and try again.")
    return int(text)
