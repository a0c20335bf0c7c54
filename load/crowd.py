"""The people of a run, made before it: hashing a password takes the system longer than selling something."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Final

import httpx

from fixtures.builders import person
from fixtures.client import Auditor, ClientError, DecodingError, HttpxTransport, Item, Session, Visitor
from fixtures.client.replies import Reply
from fixtures.client.subscriptions import Plan
from fixtures.client.transport import Transport

_AT_ONCE: Final = 2
_READERS: Final = 4


class NoWayInError(Exception):
    """The system cannot be reached, or does not know the auditor; the text says what to do."""


@contextmanager
def auditor_of(url: str, email: str, password: str) -> Iterator[Auditor]:
    """Raises NoWayInError before anything else was asked of the system."""
    with HttpxTransport(url) as transport:
        try:
            auditor = admitted(transport, url, email, password)
        except httpx.TransportError as error:
            raise NoWayInError(f"{url} does not answer ({error}): start the system, or correct --target") from None
        yield auditor


def admitted(transport: Transport, url: str, email: str, password: str) -> Auditor:
    """Nobody is told the password who does not sell as a system of ours does. Raises NoWayInError."""
    visitor = Visitor(transport)
    if (said := _refused(visitor.catalogue(limit=1))) is not None:
        raise NoWayInError(f"{url} is no system of ours, which would show what it sells: correct --target\n{said}")
    entered = visitor.log_in(email=email, password=password)
    if (said := _refused(entered)) is not None:
        raise NoWayInError(
            f"{url} does not let the auditor {email} in: the password is wrong or no longer valid, or the account asks "
            f"for a second factor; correct --auditor-email and --auditor-password-file\n{said}"
        )
    auditor = Auditor(transport, entered.value)
    if (said := _refused(auditor.trial_balance())) is not None:
        raise NoWayInError(
            f"{email} ({auditor.session.account.role}) may not read the books of {url}, so that nobody could judge "
            "them afterwards: give --auditor-email of an account with the role auditor (python -m system "
            f"create-account)\n{said}"
        )
    return auditor


def _refused(reply: Reply[Any]) -> str | None:
    """What was said instead of what was asked for."""
    try:
        _ = reply.value
    except (ClientError, DecodingError) as error:
        return str(error)
    return None


def sign_up(url: str, crowd: str, count: int) -> list[Session]:
    """Raises ClientError with the system's answer when somebody is refused."""
    with HttpxTransport(url) as transport, ThreadPoolExecutor(_AT_ONCE) as doors:
        return list(doors.map(lambda number: _enter(Visitor(transport), crowd, number), range(count)))


def _enter(visitor: Visitor, crowd: str, number: int) -> Session:
    new = person("load", crowd, number)
    return visitor.sign_up(email=new.email, password=new.password, name=new.name).value


def packs(url: str) -> list[Item]:
    """What can be bought again and again. A course is owned once, so it would run out."""
    with HttpxTransport(url) as transport:
        items = Visitor(transport).catalogue(limit=100).value.items
    found = [item for item in items if item.repeatable]
    assert found, "the catalogue holds nothing that can be bought twice: the run would end after one purchase each"
    return found


def plans(url: str) -> list[Plan]:
    """What can be subscribed to by the month, the lowest tier first."""
    with HttpxTransport(url) as transport:
        tiers = Visitor(transport).pricing().value.tiers
    return [
        Plan(price.price_id, tier.tier, tier.name, "month", price.amount, price.currency)
        for tier in tiers
        for price in tier.prices
        if price.interval == "month"
    ]


def spec_of(students: list[Session], auditor: Session, items: list[Item], monthly: list[Plan]) -> dict[str, Any]:
    """For the generator, as JSON."""
    auditors = [asdict(auditor)] * _READERS
    return {
        "students": [asdict(each) for each in students],
        "auditors": auditors,
        "packs": [asdict(each) for each in items],
        "plans": [asdict(each) for each in monthly],
    }
