"""The people of a run, made before it: hashing a password takes the system longer than selling something."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Final

import httpx

from fixtures.builders import person
from fixtures.client import Auditor, ClientError, DecodingError, HttpxTransport, Item, Session, Visitor
from fixtures.client.subscriptions import Plan

_AT_ONCE: Final = 2
_READERS: Final = 4


class NoWayInError(Exception):
    """The system cannot be reached, or does not know the auditor; the text says what to do."""


@contextmanager
def auditor_of(url: str, email: str, password: str) -> Iterator[Auditor]:
    """Raises NoWayInError before anything else was asked of the system."""
    with HttpxTransport(url) as transport:
        yield Auditor(transport, _logged_in(transport, url, email, password))


def _logged_in(transport: HttpxTransport, url: str, email: str, password: str) -> Session:
    try:
        return Visitor(transport).log_in(email=email, password=password).value
    except httpx.TransportError as error:
        raise NoWayInError(f"{url} does not answer ({error}): start the system, or correct --target") from None
    except (ClientError, DecodingError) as error:
        raise NoWayInError(f"{url} does not let the auditor {email} in; is it a system of ours?\n{error}") from None


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
