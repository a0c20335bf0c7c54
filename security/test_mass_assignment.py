"""Fields that a client must not set are refused by name on every write, and no header lends a role."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from fixtures.client import Member, Visitor
from fixtures.witness import Witness
from security.routes import Route

PRIVILEGED: Final[Mapping[str, Any]] = {
    "role": "admin",
    "is_admin": True,
    "is_verified": True,
    "account_id": "usr_somebody_else",
    "amount": 1,
    "currency": "jpy",
    "unit_amount": 1,
    "price": 1,
    "total": 0,
    "balance": 10**6,
    "status": "succeeded",
    "refunded_amount": 0,
    "stripe_customer_id": "cus_somebody_else",
    "processor_payment_id": "pi_somebody_else",
    "livemode": True,
}
TRUSTED_LOOKING: Final[Mapping[str, str]] = {
    "X-Role": "admin",
    "X-User-Role": "admin",
    "X-Admin": "true",
    "X-Account-Id": "usr_somebody_else",
    "X-Forwarded-User": "admin@example.com",
    "X-Remote-User": "admin@example.com",
    "X-Original-Url": "/api/catalogue/items",
    "X-Rewrite-Url": "/api/catalogue/items",
    "X-Http-Method-Override": "GET",
    "X-Forwarded-For": "127.0.0.1",
    "X-Wcpay-Platform-Checkout-User": "1",
}


@pytest.mark.parametrize("field", PRIVILEGED)
@pytest.mark.proves("B3.3", "A18.2")
def test_a_privileged_field_is_refused_on_every_write(
    routes: Mapping[str, Route], by_role: Mapping[str, Member], witness: Witness, field: str
) -> None:
    writes = [route for route in routes.values() if route.fields and field not in route.fields]

    replies = {
        route.name: by_role[_who_may(route)].send(
            route.method, route.path, json={field: PRIVILEGED[field]}, headers={"Idempotency-Key": "smuggled"}
        )
        for route in writes
    }

    unnamed = [
        reply.describe()
        for reply in replies.values()
        if reply.status != 422 or f'"body.{field}"'.encode() not in reply.content
    ]
    assert len(writes) >= 5, f"Only {sorted(replies)} take a body without {field}."
    assert unnamed == []
    assert witness.writes() == []


def _who_may(route: Route) -> str:
    """A student where he may, else the first role that may: whoever may not is refused before the body is read."""
    return "student" if not route.roles or "student" in route.roles else min(route.roles)


@pytest.mark.proves("B3.3")
def test_a_sign_up_makes_a_student_whatever_it_asks_for(visitor: Visitor, member: Member) -> None:
    refused = visitor.sign_up(email="eve@example.com", password="correct horse battery", name="Eve", role="admin")

    assert refused.status == 422, refused.text
    assert member.me().value.role == "student"


@pytest.mark.parametrize("header", TRUSTED_LOOKING)
@pytest.mark.proves("B3.3")
def test_no_header_lends_a_role(routes: Mapping[str, Route], member: Member, visitor: Visitor, header: str) -> None:
    sent = {header: TRUSTED_LOOKING[header]}
    closed = [route.path for route in routes.values() if route.path.startswith("/api/admin/")]

    by_member = {path: member.send("GET", path, headers=sent).status for path in closed}
    by_nobody = {path: visitor.transport.send("GET", path, headers=sent).status for path in closed}

    assert len(closed) >= 7
    assert by_member == dict.fromkeys(closed, 403)
    assert by_nobody == dict.fromkeys(closed, 401)
