"""The people of a run, made before it: hashing a password takes the system longer than selling something."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Final

from fixtures.builders import person
from fixtures.client import Auditor, HttpxTransport, Item, Session, Visitor

_AT_ONCE: Final = 2
_READERS: Final = 4


@contextmanager
def auditor_of(url: str, email: str, password: str) -> Iterator[Auditor]:
    """Raises ClientError with the system's answer when it does not let the auditor in."""
    with HttpxTransport(url) as transport:
        yield Auditor(transport, Visitor(transport).log_in(email=email, password=password).value)


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


def spec_of(students: list[Session], auditor: Session, items: list[Item]) -> dict[str, Any]:
    """For the generator, as JSON."""
    auditors = [asdict(auditor)] * _READERS
    return {
        "students": [asdict(each) for each in students],
        "auditors": auditors,
        "packs": [asdict(each) for each in items],
    }
