"""Tokens that were made, changed, kept too long or used twice open nothing."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

import jwt
import pytest

from fixtures.bench import Bench
from fixtures.builders import person
from fixtures.client import Credentials, HttpxTransport, Member, RawReply, Visitor
from fixtures.system_commands import create_account

SECRET: Final = "known-to-the-forger-0123456789abcdef"
"""The secret of the movable bench: even somebody who has the setting's text cannot sign with it as it stands."""

Forgery = Callable[[str, dict[str, Any]], str]


@pytest.fixture(scope="module")
def movable() -> Iterator[Bench]:
    """A system whose clock can be moved, with a secret that the tests know."""
    with Bench.start(clock="movable", settings={"secret_key": SECRET}) as bench:
        yield bench


@pytest.fixture
def traveller(movable: Bench, request: pytest.FixtureRequest) -> Iterator[Member]:
    """A member of the system whose clock moves."""
    somebody = person("traveller", movable.run_id, request.node.nodeid)
    with HttpxTransport(movable.url) as transport:
        session = Visitor(transport).sign_up(email=somebody.email, password=somebody.password, name=somebody.name)
        yield Member(transport, session.value)


def _unsigned(_token: str, claims: dict[str, Any]) -> str:
    head = _part({"alg": "none", "typ": "JWT"})
    return f"{head}.{_part(claims)}."


def _changed(token: str, claims: dict[str, Any]) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{_part({**claims, 'role': 'admin'})}.{signature}"


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


FORGERIES: Final[Mapping[str, Forgery]] = {
    "algorithm-none": _unsigned,
    "algorithm-none-in-capitals": lambda _, claims: f"{_part({'alg': 'NONE', 'typ': 'JWT'})}.{_part(claims)}.",
    "role-changed-under-the-old-signature": _changed,
    "signature-left-out": lambda token, _: token.rpartition(".")[0] + ".",
    "key-of-somebody-else": lambda _, claims: jwt.encode(claims, "k" * 32, algorithm="HS256"),
    "key-empty": lambda _, claims: _signed_with_nothing(claims),
    "key-is-the-setting": lambda _, claims: jwt.encode(claims, SECRET, algorithm="HS256"),
    "another-algorithm": lambda _, claims: jwt.encode(claims, SECRET * 2, algorithm="HS512"),
    "no-token-at-all": lambda _token, _claims: "-",
}


def _signed_with_nothing(claims: dict[str, Any]) -> str:
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    digest = hmac.new(b"", signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.proves("B3.3")
def test_a_forged_token_opens_nothing(traveller: Member, forgery: str) -> None:
    token = traveller.session.access_token
    claims = jwt.decode(token, options={"verify_signature": False})

    forged = FORGERIES[forgery](token, {**claims, "role": "admin"})
    replies = [_with(traveller, forged, path) for path in ("/api/accounts/me", "/api/admin/payments")]

    assert [reply.status for reply in replies] == [401, 401], [reply.describe() for reply in replies]
    assert traveller.me().status == 200


@pytest.mark.proves("B3.3")
def test_a_token_made_for_another_purpose_opens_nothing(traveller: Member) -> None:
    reply = _with(traveller, traveller.session.refresh_token, "/api/accounts/me")

    assert reply.status == 401, reply.describe()


@pytest.mark.proves("B3.3")
def test_an_access_token_expires_and_its_session_is_renewed(movable: Bench, traveller: Member) -> None:
    movable.clock.advance(timedelta(minutes=15, seconds=1))

    expired = traveller.me()
    renewed = traveller.refresh()

    assert expired.status == 401, expired.text
    assert (renewed.status, traveller.me().status) == (200, 200), renewed.text


@pytest.mark.proves("B3.3")
def test_a_session_ends_with_its_days(movable: Bench, traveller: Member) -> None:
    movable.clock.advance(timedelta(days=31))

    refused = traveller.refresh()

    assert (refused.status, refused.problem.slug) == (401, "invalid-refresh-token"), refused.text


@pytest.mark.proves("B3.3")
def test_a_refresh_token_seen_twice_ends_its_whole_family(traveller: Member) -> None:
    stolen = traveller.session.refresh_token
    traveller.refresh()

    reused = Visitor(traveller.transport).refresh(stolen)
    after = traveller.refresh()

    assert (reused.status, reused.problem.slug) == (401, "invalid-refresh-token"), reused.text
    assert after.status == 401, after.text
    assert traveller.me().status == 401


@pytest.mark.proves("B3.3")
def test_a_log_out_ends_both_tokens_at_once(traveller: Member) -> None:
    left = traveller.log_out()

    assert left.status == 204, left.text
    assert (traveller.me().status, traveller.refresh().status) == (401, 401)


@pytest.mark.proves("B3.3")
def test_a_log_out_of_another_members_session_ends_nothing(traveller: Member, movable: Bench) -> None:
    somebody = person("victim", movable.run_id)
    visitor = Visitor(traveller.transport)
    victim = visitor.sign_up(email=somebody.email, password=somebody.password, name=somebody.name).value

    refused = traveller.send("POST", "/api/accounts/logout", json={"refresh_token": victim.refresh_token})

    assert refused.status == 401, refused.describe()
    assert visitor.refresh(victim.refresh_token).status == 200


@pytest.mark.proves("B3.3")
def test_a_token_of_an_old_role_opens_nothing(movable: Bench) -> None:
    somebody = person("demoted", movable.run_id)
    login = Credentials(somebody.email, somebody.password)
    create_account(movable.database_url, login, "admin")
    demoted = movable.as_member(login)
    assert demoted.send("GET", "/api/admin/payments").status == 200

    create_account(movable.database_url, login, "student")

    assert demoted.send("GET", "/api/admin/payments").status == 401
    assert movable.as_member(login).send("GET", "/api/admin/payments").status == 403


def _with(member: Member, token: str, path: str) -> RawReply:
    return member.transport.send("GET", path, headers={"Authorization": f"Bearer {token}"})
