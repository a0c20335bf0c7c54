"""One member's payment, asked for by another member and by nobody, on every route and page that bears an id."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest

from fixtures.bench import Bench
from fixtures.builders import person
from fixtures.client import HttpxTransport, Item, Member, Payment, Visitor
from fixtures.polling import eventually
from fixtures.witness import Witness
from security.reader import Reader, is_turned_away
from security.routes import Route

COURSE: Final = "itm_course_python"
PUBLIC_IDS: Final = {"price_id": "prc_course_python", "item_id": COURSE, "feature": "all_courses"}
"""Ids of the catalogue, which belong to nobody. Any other id in a path must be one that `owned` knows."""


@pytest.fixture(scope="module")
def owner_and_payment(bench: Bench, catalogue: Mapping[str, Item]) -> Iterator[tuple[Reader, Member, Payment]]:
    somebody = person("owner", bench.run_id)
    with HttpxTransport(bench.url) as transport, Reader(bench.url) as reader:
        session = Visitor(transport).sign_up(email=somebody.email, password=somebody.password, name=somebody.name).value
        member = Member(transport, session)
        payment = member.pay(catalogue[COURSE], key="owned").value
        Visitor(transport).log_in(email=somebody.email, password=somebody.password)
        yield reader.log_in(somebody.email, somebody.password), member, payment


@pytest.fixture(scope="module")
def owned(owner_and_payment: tuple[Reader, Member, Payment]) -> Mapping[str, str]:
    """Ids of the owner's objects, by the name of the parameter that bears them."""
    _, member, payment = owner_and_payment
    spare = [each for each in member.sessions().value.items if each.kind == "bearer" and not each.current]
    invoice = eventually(lambda: member.invoice(payment.payment_id), lambda reply: reply.ok).value
    return {
        "payment_id": payment.payment_id,
        "session_id": spare[0].session_id,
        "document_id": invoice.document_id,
    }


@pytest.mark.proves("B3.2", "A15.3")
def test_every_operation_that_bears_an_id_hides_it_from_others(
    routes: Mapping[str, Route],
    owned: Mapping[str, str],
    owner_and_payment: tuple[Reader, Member, Payment],
    member: Member,
    visitor: Visitor,
) -> None:
    # What no student may use at all is proven by the tests of its own role.
    bearing = [
        route
        for route in routes.values()
        if set(route.parameters) - PUBLIC_IDS.keys() and not route.is_page and "student" in route.roles
    ]
    owner = owner_and_payment[1]

    # The owner last: what he ends is gone, and would be hidden from nobody.
    told = {
        route.name: tuple(
            send(route.method, route.filled({**owned, **PUBLIC_IDS})).status
            for send in (member.send, visitor.transport.send, owner.send)
        )
        for route in sorted(bearing, key=lambda route: route.method == "DELETE")
    }

    assert told == {name: (404, 401, 204 if name.startswith("DELETE") else 200) for name in told}, told
    assert {"GET /api/payments/{payment_id}", "DELETE /api/accounts/sessions/{session_id}"} <= told.keys()


@pytest.mark.proves("B3.2", "A15.3")
def test_every_page_that_bears_an_id_hides_it_from_others(
    routes: Mapping[str, Route],
    owned: Mapping[str, str],
    owner_and_payment: tuple[Reader, Member, Payment],
    new_reader: Callable[[str | None], Reader],
) -> None:
    paths = [
        route.filled({**owned, **PUBLIC_IDS})
        for route in routes.values()
        if route.is_page and route.method == "GET" and set(route.parameters) - PUBLIC_IDS.keys()
    ]
    paths.append(f"/payments/return?payment_id={owned['payment_id']}")
    owner, stranger, nobody = owner_and_payment[0], new_reader("student"), new_reader(None)

    told = {
        path: (owner.get(path).status_code, stranger.get(path).status_code, is_turned_away(nobody.get(path)))
        for path in paths
    }

    assert len(told) >= 2
    assert told == {path: (seen[0], 404, True) for path, seen in told.items()}, told
    assert all(seen[0] in {200, 303} for seen in told.values()), told


@pytest.mark.proves("B3.2", "A15.3")
def test_a_strangers_refund_is_not_found_and_moves_nothing(
    owned: Mapping[str, str], member: Member, witness: Witness
) -> None:
    refused = member.refund(owned["payment_id"], key="not-mine")

    assert (refused.status, refused.problem.slug) == (404, "not-found"), refused.text
    assert witness.writes() == []


@pytest.mark.proves("B3.2", "A15.3")
def test_a_strangers_refund_by_the_page_is_not_found_and_moves_nothing(
    owned: Mapping[str, str], new_reader: Callable[[str | None], Reader], witness: Witness
) -> None:
    answer = new_reader("instructor").submit(f"/payments/{owned['payment_id']}/refund", {"idempotency_key": "not-mine"})

    assert answer.status_code in {404, 422}, answer.text
    assert witness.writes() == []


@pytest.mark.proves("B3.2", "A15.3")
def test_a_payment_of_another_and_one_that_never_was_answer_alike(owned: Mapping[str, str], member: Member) -> None:
    never = "pay_00000000000000000000000000"

    anothers, missing = member.payment(owned["payment_id"]).problem, member.payment(never).problem

    assert anothers.detail.replace(owned["payment_id"], never) == missing.detail
    assert (anothers.type, anothers.title, anothers.status) == (missing.type, missing.title, missing.status)


@pytest.mark.proves("B3.2")
def test_a_history_holds_its_readers_payments_only(
    owned: Mapping[str, str], member: Member, new_reader: Callable[[str | None], Reader]
) -> None:
    assert member.payments().value.items == ()
    assert owned["payment_id"] not in new_reader("student").get("/history").text
