"""Whatever is refused is refused in one form, declared in the OpenAPI document, with the field and the way out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from fixtures.client import Item, Member, Reply, Visitor

JSON = {"Content-Type": "application/json"}
KEYED = {**JSON, "Idempotency-Key": "problem"}
BODY = {"price_id": "prc_course_python", "expected_amount": 4900, "expected_currency": "usd"}
BIG = 3_000_000


@dataclass(frozen=True, slots=True)
class Wrong:
    """A request that must be refused. `route` is the OpenAPI path where it differs from the one asked for."""

    method: str
    path: str
    status: int
    slug: str
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    route: str | None = None
    anonymous: bool = False
    names: str = ""


def _body(**changes: Any) -> bytes:  # noqa: ANN401 - any JSON
    return json.dumps({**BODY, **changes}).encode()


WRONG = {
    "nobody-logged-in": Wrong("GET", "/api/payments/history", 401, "authentication-required", anonymous=True),
    "token-that-is-none": Wrong(
        "GET", "/api/accounts/me", 401, "authentication-required", headers={"Authorization": "Bearer none"}
    ),
    "wrong-password": Wrong(
        "POST",
        "/api/accounts/login",
        401,
        "invalid-credentials",
        content=b'{"email": "nobody@example.com", "password": "correct-horse"}',
        headers=JSON,
    ),
    "role-too-low": Wrong("GET", "/api/admin/payments", 403, "forbidden"),
    "unknown-payment": Wrong(
        "GET", "/api/payments/pay_00000000000000000000000000", 404, "not-found", route="/api/payments/{payment_id}"
    ),
    "unknown-price": Wrong(
        "POST",
        "/api/payments/process",
        404,
        "price-not-found",
        content=_body(price_id="prc_none"),
        headers=KEYED,
    ),
    "changed-price": Wrong(
        "POST", "/api/payments/process", 409, "price-changed", content=_body(expected_amount=1), headers=KEYED
    ),
    "declined-card": Wrong(
        "POST",
        "/api/payments/process",
        402,
        "payment-declined",
        content=_body(payment_method="pm_card_chargeDeclined"),
        headers={**JSON, "Idempotency-Key": "problem-declined"},
    ),
    "no-key": Wrong(
        "POST",
        "/api/payments/process",
        422,
        "invalid-request",
        content=_body(),
        headers=JSON,
        names="header.Idempotency-Key",
    ),
    "no-json": Wrong(
        "POST", "/api/payments/process", 422, "invalid-request", content=b'{"price_id": ', headers=KEYED, names="body"
    ),
    "no-text": Wrong(
        "POST", "/api/payments/process", 422, "invalid-request", content=b"\xff\xfe{", headers=KEYED, names="body"
    ),
    "no-body": Wrong("POST", "/api/payments/process", 422, "invalid-request", headers=KEYED, names="body"),
    "list-for-an-object": Wrong(
        "POST", "/api/payments/process", 422, "invalid-request", content=b"[]", headers=KEYED, names="body"
    ),
    "truth-value-as-amount": Wrong(
        "POST",
        "/api/payments/process",
        422,
        "invalid-request",
        content=_body(expected_amount=True),
        headers=KEYED,
        names="body.expected_amount",
    ),
    "fraction-as-amount": Wrong(
        "POST",
        "/api/payments/process",
        422,
        "invalid-request",
        content=_body(expected_amount=4900.0),
        headers=KEYED,
        names="body.expected_amount",
    ),
    "text-as-amount": Wrong(
        "POST",
        "/api/payments/process",
        422,
        "invalid-request",
        content=_body(expected_amount="4900"),
        headers=KEYED,
        names="body.expected_amount",
    ),
    "amount-beyond-exact": Wrong(
        "POST",
        "/api/payments/process",
        422,
        "invalid-request",
        content=_body(expected_amount=2**53),
        headers=KEYED,
        names="body.expected_amount",
    ),
    "unknown-field": Wrong(
        "POST",
        "/api/payments/process",
        422,
        "invalid-request",
        content=_body(coupon="HALF"),
        headers=KEYED,
        names="body.coupon",
    ),
    "bad-limit": Wrong(
        "GET",
        "/api/payments/history?limit=0",
        422,
        "invalid-request",
        route="/api/payments/history",
        names="query.limit",
    ),
    "forged-event": Wrong(
        "POST", "/api/webhooks/stripe", 400, "invalid-signature", content=b"{}", headers=JSON, anonymous=True
    ),
}

ELSEWHERE = {
    "unknown-path": Wrong("GET", "/api/nothing-here", 404, "not-found"),
    "wrong-method": Wrong("DELETE", "/api/payments/history", 405, "method-not-allowed"),
    "not-json-by-type": Wrong(
        "POST",
        "/api/payments/process",
        422,
        "invalid-request",
        content=_body(),
        headers={**KEYED, "Content-Type": "text/plain"},
        names="body",
    ),
    "body-too-large": Wrong(
        "POST",
        "/api/payments/process",
        413,
        "content-too-large",
        content=_body(price_id="p" * BIG),
        headers=KEYED,
    ),
}


@pytest.mark.parametrize("case", [*WRONG, *ELSEWHERE])
@pytest.mark.proves("A18.1", "A18.2")
def test_a_refusal_is_a_problem_that_says_what_to_do(visitor: Visitor, member: Member, case: str) -> None:
    wrong = {**WRONG, **ELSEWHERE}[case]

    reply = _ask(visitor, member, wrong)

    problem = reply.problem
    assert (reply.status, problem.slug) == (wrong.status, wrong.slug or problem.slug), reply.text
    assert problem.request_id == reply.headers["x-request-id"]
    assert problem.title
    assert len(problem.detail.split()) >= 3, f"This tells nobody what to do: {problem.detail!r}"
    assert wrong.names in {error.field for error in problem.errors} | {""}, reply.text


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.proves("A18.1", "A20.1")
def test_a_refusal_is_declared_with_its_type(visitor: Visitor, case: str) -> None:
    wrong = WRONG[case]

    operation = visitor.openapi().value["paths"][wrong.route or wrong.path][wrong.method.lower()]

    declared = operation["responses"][str(wrong.status)]["content"]["application/problem+json"]
    assert wrong.slug in declared["examples"], declared


@pytest.mark.proves("A18.2")
def test_every_faulty_field_is_named_at_once(member: Member, catalogue: Mapping[str, Item]) -> None:
    refused = member.pay(
        catalogue["itm_course_python"],
        key=None,
        price_id=7,
        expected_amount="4900",
        expected_currency=None,
        amount=1,
    )

    assert {error.field for error in refused.problem.errors} == {
        "header.Idempotency-Key",
        "body.price_id",
        "body.expected_amount",
        "body.expected_currency",
        "body.amount",
    }, refused.text


@pytest.mark.proves("A18.2")
def test_a_sign_up_names_every_faulty_field_at_once(visitor: Visitor) -> None:
    refused = visitor.sign_up(email="nobody", password="short", name="", role="admin")

    fields = {error.field for error in refused.problem.errors}
    assert fields == {"body.email", "body.password", "body.name", "body.role"}, refused.text


def _ask(visitor: Visitor, member: Member, wrong: Wrong) -> Reply[dict[str, Any]]:
    send = visitor.transport.send if wrong.anonymous else member.send
    return Reply(send(wrong.method, wrong.path, content=wrong.content, headers=wrong.headers), dict)
