"""An organisation's keys in wrong hands, on wrong doors, and beyond their end."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

import psycopg
import pytest

from fixtures.bench import Bench
from fixtures.builders import person
from fixtures.client import Auditor, Credentials, HttpxTransport, Item, Member, Visitor
from fixtures.client.api_keys import Manager, Program
from fixtures.system_commands import create_account
from security.reader import Reader
from security.routes import SOMEWHERE, Route

pytestmark = pytest.mark.proves("A15.11")

TOKENS: Final = "itm_tokens_100"
REVOKED_FOR_GOOD: Final = (
    "UPDATE api_keys SET revoked_at = NULL WHERE key_id = %s",
    "UPDATE api_keys SET expires_at = expires_at + interval '1 day' WHERE key_id = %s",
    "UPDATE api_keys SET scopes = ARRAY['account:read', 'payments:read'] WHERE key_id = %s",
)


@pytest.fixture
def new_manager(bench: Bench, request: pytest.FixtureRequest, transport: HttpxTransport) -> Callable[[str], Manager]:
    """Somebody who manages an organisation of a name, with the password `Manager` knows."""

    def make(name: str) -> Manager:
        login = login_of(bench, request, name)
        create_account(bench.database_url, login, "enterprise")
        return Manager(transport, Visitor(transport).log_in(email=login.email, password=login.password).value)

    return make


@pytest.fixture
def password(bench: Bench, request: pytest.FixtureRequest) -> str:
    return login_of(bench, request, "acme").password


@pytest.fixture
def acme(new_manager: Callable[[str], Manager]) -> Manager:
    return new_manager("acme")


@pytest.fixture
def program(acme: Manager, password: str) -> Program:
    """A program of acme's, which may read its payments."""
    return Program(acme.transport, acme.make_key(password).value.key)


def login_of(bench: Bench, request: pytest.FixtureRequest, name: str) -> Credentials:
    each = person(bench.run_id, request.node.nodeid, name)
    return Credentials(each.email, each.password)


def test_a_key_reads_what_its_scope_says_of_its_own_organisation(
    acme: Manager, program: Program, catalogue: Mapping[str, Item]
) -> None:
    paid = acme.pay(catalogue[TOKENS], key="acme").value

    assert [each.payment_id for each in program.payments().value.items] == [paid.payment_id]
    assert program.payment(paid.payment_id).value.status == "succeeded"
    [key] = acme.keys().value.items
    assert key.used_at is not None


def test_a_key_is_told_once_and_kept_as_a_hash(bench: Bench, acme: Manager, password: str) -> None:
    made = acme.make_key(password).value

    assert (made.key.startswith(made.hint), len(made.key)) == (True, 45)
    assert made.key not in acme.keys().text
    with psycopg.connect(bench.database_url) as connection:
        rows = connection.execute("SELECT 1 FROM api_keys AS k WHERE strpos(k::text, %s) > 0", [made.key]).fetchall()
        assert rows == []


def test_a_key_of_another_organisation_finds_nothing(
    acme: Manager, program: Program, new_manager: Callable[[str], Manager], catalogue: Mapping[str, Item]
) -> None:
    globex = new_manager("globex")
    paid = globex.pay(catalogue[TOKENS], key="globex").value

    hidden = program.payment(paid.payment_id)

    assert (hidden.status, hidden.problem.slug) == (404, "not-found"), hidden.text
    assert program.payments().value.items == ()
    assert acme.keys().value.items != ()


def test_a_key_of_another_organisation_is_neither_listed_nor_revoked(
    acme: Manager, program: Program, new_manager: Callable[[str], Manager]
) -> None:
    [key] = acme.keys().value.items
    globex = new_manager("globex")

    refused, never = globex.revoke_key(key.key_id), globex.revoke_key(SOMEWHERE["key_id"])

    assert (refused.status, never.status) == (404, 404), refused.text
    assert refused.problem.detail.replace(key.key_id, "") == never.problem.detail.replace(SOMEWHERE["key_id"], "")
    assert globex.keys().value.items == ()
    assert program.payments().status == 200


def test_a_revoked_key_opens_nothing_from_its_next_request_on(
    acme: Manager, program: Program, auditor: Auditor
) -> None:
    [key] = acme.keys().value.items
    acme.revoke_key(key.key_id)

    refused = program.payments()

    assert (refused.status, refused.problem.slug) == (401, "invalid-api-key"), refused.text
    assert acme.revoke_key(key.key_id).status == 404
    actions = [row["action"] for row in auditor.audit_log() if row["object_id"] == key.key_id]
    assert actions == ["api_key.revoked", "api_key.made"]


@pytest.mark.parametrize("statement", REVOKED_FOR_GOOD)
def test_the_database_itself_gives_no_key_more_than_it_was_made_with(
    bench: Bench, acme: Manager, program: Program, statement: str
) -> None:
    [key] = acme.keys().value.items
    acme.revoke_key(key.key_id)

    with psycopg.connect(bench.database_url) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(statement.encode(), [key.key_id])
    assert program.payments().status == 401


def test_a_key_ends_with_the_role_of_its_owner(bench: Bench, acme: Manager, program: Program, password: str) -> None:
    create_account(bench.database_url, Credentials(acme.email, password), "student")

    assert program.payments().problem.slug == "invalid-api-key"


def test_a_key_ends_with_its_owner(acme: Manager, program: Program, password: str) -> None:
    assert acme.erase(password).status == 204

    assert program.payments().problem.slug == "invalid-api-key"


def test_a_key_without_the_scope_is_told_which_it_lacks(acme: Manager, program: Program, password: str) -> None:
    refused = program.me()

    assert (refused.status, refused.problem.slug) == (403, "scope-missing"), refused.text
    assert refused.problem.extras["scope"] == "account:read"
    both = Program(acme.transport, acme.make_key(password, ["account:read", "payments:read"]).value.key)
    assert (both.me().value.account_id, both.payments().status) == (acme.account_id, 200)


def test_every_route_that_names_no_scope_refuses_every_key(
    acme: Manager, password: str, routes: Mapping[str, Route], document: dict[str, Any]
) -> None:
    scopes = ["account:read", "payments:read", "entitlements:read"]
    mighty = Program(acme.transport, acme.make_key(password, scopes).value.key)
    closed = [
        route
        for route in routes.values()
        if not route.is_page and route.roles and "x-scopes" not in document["paths"][route.path][route.method.lower()]
    ]

    told = {route.name: mighty.send(route.method, route.filled(SOMEWHERE), json={}) for route in closed}

    assert len(told) > 20
    let_in = {
        name: reply.describe() for name, reply in told.items() if b"/problems/key-not-accepted" not in reply.content
    }
    assert let_in == {}


def test_every_scope_is_asked_for_by_a_route_and_every_route_asks_for_a_known_one(document: dict[str, Any]) -> None:
    asked = {
        scope
        for operations in document["paths"].values()
        for operation in operations.values()
        for scope in operation.get("x-scopes", [])
    }

    known = document["components"]["schemas"]["KeyOrder"]["properties"]["scopes"]["items"]["enum"]
    assert asked == set(known)


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"scopes": []}, "body.scopes"),
        ({"scopes": ["everything"]}, "body.scopes.0"),
        ({"expires_in_days": 366}, "body.expires_in_days"),
        ({"expires_in_days": 0}, "body.expires_in_days"),
        ({"expires_in_days": None}, "body.expires_in_days"),
        ({"account_id": "usr_another"}, "body.account_id"),
    ],
    ids=str,
)
def test_a_key_without_an_end_or_beyond_the_list_is_not_made(
    acme: Manager, password: str, overrides: dict[str, Any], field: str
) -> None:
    refused = acme.make_key(password, **{"scopes": ["payments:read"], **overrides})

    assert refused.status == 422, refused.text
    assert refused.problem.message_for(field)


def test_a_key_is_not_made_without_the_password_nor_by_a_key(acme: Manager, program: Program) -> None:
    refused = acme.make_key("not-the-password")
    by_key = program.send("POST", "/api/accounts/api-keys", json={})

    assert (refused.status, refused.problem.slug) == (403, "wrong-password"), refused.text
    assert by_key.status == 403, by_key.describe()
    assert len(acme.keys().value.items) == 1


def test_an_organisation_has_twenty_live_keys_at_most(acme: Manager, password: str) -> None:
    made = [acme.make_key(password).status for _ in range(21)]

    assert made == [201] * 20 + [409]


def test_a_guessed_key_is_refused_like_a_revoked_one(acme: Manager, program: Program) -> None:
    [key] = acme.keys().value.items
    acme.revoke_key(key.key_id)
    revoked = program.payments().problem

    for guess in ("ask_test_", "ask_live_" + "A" * 36, "ask_test_" + "0" * 36, "ask_"):
        refused = Program(acme.transport, guess).payments().problem
        assert (refused.slug, refused.detail, refused.status) == (revoked.slug, revoked.detail, 401)


def test_a_key_opens_no_page(bench: Bench, acme: Manager, password: str) -> None:
    key = acme.make_key(password).value.key
    with Reader(bench.url) as browser:
        browser.cookies().set("session", key)

        assert browser.get("/account").status_code == 303


@pytest.fixture(scope="module")
def movable() -> Iterator[Bench]:
    with Bench.start(clock="movable") as bench:
        yield bench


def test_a_key_opens_nothing_after_its_end(movable: Bench) -> None:
    login = Credentials("manager@example.com", "manager-of-the-bench")
    create_account(movable.database_url, login, "enterprise")
    with HttpxTransport(movable.url) as transport:
        manager = Manager(transport, Visitor(transport).log_in(email=login.email, password=login.password).value)
        program = Program(transport, manager.make_key(login.password, days=1).value.key)

        movable.clock.advance(timedelta(hours=23, minutes=59))
        before = program.payments().status
        movable.clock.advance(timedelta(minutes=1))
        refused = program.payments()

        assert (before, refused.status, refused.problem.slug) == (200, 401, "invalid-api-key")


@pytest.fixture(scope="module")
def document(bench: Bench) -> dict[str, Any]:
    with HttpxTransport(bench.url) as transport:
        return Visitor(transport).openapi().value


def test_a_students_session_makes_no_key(member: Member) -> None:
    refused = Manager(member.transport, member.session).make_key("whatever-it-is")

    assert (refused.status, refused.problem.slug) == (403, "forbidden"), refused.text
