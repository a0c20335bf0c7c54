"""The people of the security suite: one of each role, and what they know."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Final

import pytest

from fixtures.bench import Bench
from fixtures.builders import person
from fixtures.client import Credentials, HttpxTransport, Item, Member, Processor, Visitor
from fixtures.system_commands import create_account
from fixtures.witness import Witness
from security.reader import Reader
from security.routes import Route, routes_of

ROLES: Final = ("student", "instructor", "enterprise", "admin", "auditor")


@pytest.fixture(scope="session")
def staff(bench: Bench) -> Mapping[str, Credentials]:
    """Somebody of each role, made by the operator's command."""
    people = {role: person("security", bench.run_id, role) for role in ROLES}
    logins = {role: Credentials(each.email, each.password) for role, each in people.items()}
    for role, login in logins.items():
        create_account(bench.database_url, login, role)
    return logins


@pytest.fixture(scope="session")
def by_role(bench: Bench, staff: Mapping[str, Credentials]) -> Mapping[str, Member]:
    return {role: bench.as_member(login) for role, login in staff.items()}


@pytest.fixture(scope="session")
def new_reader(bench: Bench, staff: Mapping[str, Credentials]) -> Iterator[Callable[[str | None], Reader]]:
    """Opens a browser for somebody of a role, or for nobody."""
    with ExitStack() as stack:

        def open_browser(role: str | None) -> Reader:
            reader = stack.enter_context(Reader(bench.url))
            return reader if role is None else reader.log_in(staff[role].email, staff[role].password)

        yield open_browser


@pytest.fixture(scope="session")
def readers(new_reader: Callable[[str | None], Reader]) -> Mapping[str | None, Reader]:
    return {role: new_reader(role) for role in (None, *ROLES)}


@pytest.fixture(scope="session")
def routes(bench: Bench) -> Mapping[str, Route]:
    with HttpxTransport(bench.url) as transport:
        document = Visitor(transport).openapi().value
    return {route.name: route for route in routes_of(document)}


@pytest.fixture(scope="session")
def catalogue(bench: Bench) -> Mapping[str, Item]:
    with HttpxTransport(bench.url) as transport:
        return {item.item_id: item for item in Visitor(transport).catalogue(limit=100).value.items}


@pytest.fixture
def witness(bench: Bench) -> Witness:
    return Witness(bench.stripe)


@pytest.fixture
def processor(transport: HttpxTransport) -> Processor:
    return Processor(transport)
