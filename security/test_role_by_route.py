"""Every route there is, asked by every role and by nobody; what each may do is decided in matrix.toml.

The routes come from the running system. A route without a decision fails, and so does a decision without a route.
"""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from fixtures.client import Member, Visitor
from security.conftest import ROLES
from security.reader import Reader, is_turned_away
from security.routes import SOMEWHERE, Route

_TABLE: Final = tomllib.loads(Path(__file__).with_name("matrix.toml").read_text(encoding="utf-8"))
GROUPS: Final[Mapping[str, list[str]]] = _TABLE["groups"]
DECISIONS: Final[Mapping[str, str]] = {**_TABLE["operations"], **_TABLE["pages"]}
ANONYMOUS: Final = "anonymous"
REFUSED: Final = frozenset({"authentication-required", "forbidden"})
ENDS_THE_SESSION: Final = "POST /logout"


@pytest.mark.proves("C5.1", "A15.2")
def test_every_route_has_a_decision_and_every_decision_a_route(routes: Mapping[str, Route]) -> None:
    undecided = sorted(routes.keys() - DECISIONS.keys())
    gone = sorted(DECISIONS.keys() - routes.keys())

    assert (undecided, gone) == ([], []), f"Without a decision: {undecided}; without a route: {gone}"


@pytest.mark.proves("C5.1", "A15.2")
def test_the_system_says_of_itself_what_was_decided(routes: Mapping[str, Route]) -> None:
    told = {name: sorted(route.roles) for name, route in routes.items()}
    decided = {name: [] if group == "everybody" else sorted(GROUPS[group]) for name, group in DECISIONS.items()}

    assert told == decided


@pytest.mark.proves("A3.2", "C5.1")
def test_a_route_is_guarded_exactly_as_decided(routes: Mapping[str, Route]) -> None:
    told = {name: sorted(route.guards) for name, route in routes.items() if route.guards}

    assert told == _TABLE["guards"]


@pytest.mark.parametrize("name", _TABLE["operations"])
@pytest.mark.proves("A15.2", "A3.1")
def test_an_operation_lets_in_exactly_whom_the_matrix_lets_in(
    routes: Mapping[str, Route], by_role: Mapping[str, Member], visitor: Visitor, name: str
) -> None:
    route = routes[name]
    callers = {ANONYMOUS: visitor.transport.send, **{role: member.send for role, member in by_role.items()}}

    replies = {
        who: send(route.method, route.filled(SOMEWHERE), headers={"Idempotency-Key": f"matrix-{who}"})
        for who, send in callers.items()
    }

    refusals = {who: _slug(reply.content) for who, reply in replies.items()}
    let_in = {who for who, slug in refusals.items() if slug not in REFUSED}
    assert let_in == set(GROUPS[DECISIONS[name]]), {who: reply.describe() for who, reply in replies.items()}
    assert refusals[ANONYMOUS] != "forbidden", "Nobody is told to log in, not that he may not."


@pytest.mark.parametrize("name", _TABLE["pages"])
@pytest.mark.proves("A15.2")
def test_a_page_lets_in_exactly_whom_the_matrix_lets_in(
    routes: Mapping[str, Route],
    readers: Mapping[str | None, Reader],
    new_reader: Callable[[str | None], Reader],
    name: str,
) -> None:
    route = routes[name]
    callers = {
        role or ANONYMOUS: new_reader(role) if name == ENDS_THE_SESSION else readers[role] for role in (None, *ROLES)
    }

    answers = {who: _visit(reader, route) for who, reader in callers.items()}

    let_in = {who for who, (turned_away, _) in answers.items() if not turned_away}
    assert let_in == set(GROUPS[DECISIONS[name]]), answers


def _visit(reader: Reader, route: Route) -> tuple[bool, int]:
    path = route.filled(SOMEWHERE)
    answer = reader.get(path) if route.method == "GET" else reader.submit(path, {})
    # The log-in page itself answers an empty form with 401, which turns nobody away from it.
    return is_turned_away(answer) and route.path != "/login", answer.status_code


def _slug(content: bytes) -> str:
    """The slug of a problem, or nothing for any other body."""
    marker = b'"type":"/problems/'
    _, found, rest = content.replace(b'"type": "', b'"type":"').partition(marker)
    return rest.partition(b'"')[0].decode() if found else ""
