"""What people type, read strictly: nothing is rounded and nothing is guessed."""

import re
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from system.kit.money import AMOUNT_MAX, EXPONENTS
from system.kit.problems import InvalidRequest

Form = TypeVar("Form", bound=BaseModel)

_WORDS = {
    "email": "Enter an email address, like ada@example.com.",
    "password": "Use 12 to 128 characters; a short sentence is easy to remember.",
    "new_password": "Use 12 to 128 characters; a short sentence is easy to remember.",
    "name": "Enter your name, up to 100 characters.",
    "code": "Type the six digits that your authenticator shows, or a recovery code.",
    "scopes": "Choose at least one thing that the key may do.",
    "expires_in_days": "A key lives for a day at least, and for a year at most.",
    "token": "Part of the link is missing; open it from the mail again.",
}

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


def parsed(model: type[Form], fields: Mapping[str, str]) -> tuple[Form | None, dict[str, str]]:
    """Return what a form says, or None and a sentence for each field that is wrong."""
    return parsed_of(model, {name: fields.get(name, "") for name in model.model_fields})


def parsed_of(model: type[Form], wanted: Mapping[str, object]) -> tuple[Form | None, dict[str, str]]:
    """Return the same of fields that are not text any more."""
    try:
        return model.model_validate(wanted), {}
    except ValidationError as refused:
        names = [str(error["loc"][0]) for error in refused.errors(include_input=False, include_url=False)]
        return None, {name: _WORDS[name] for name in names}
