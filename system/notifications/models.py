from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from system.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a mail greets, and where it goes unless the mail has an address of its own."""

    email: str
    name: str


AddressBook = Callable[[Connection, str], Awaitable[Recipient | None]]
"""Looks up an account when its mail is sent; None is somebody who was erased.

The worker hands it in: mails stand below the accounts that owe them.
"""
