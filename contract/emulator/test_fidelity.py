"""The emulator holds its own answers against Stripe's shapes, and would notice one that is not."""

from copy import deepcopy
from typing import Any

import orjson
import pytest

from contract.emulator.running import Emulator
from fixtures.stripe.engine.routing import Route
from fixtures.stripe.fidelity.responses import Fidelity, of_answer, of_event
from fixtures.stripe.webhooks.events import Event

Body = dict[str, Any]


@pytest.fixture(scope="module")
def customer(stand_in: Emulator) -> Body:
    body: Body = stand_in.post("/v1/customers", {"email": "sound@example.com"}).json()
    return body


def route(*, listed: bool = False, kind: str = "customer") -> Route:
    return Route("GET", "customers", "customer_list", lambda _call: b"", kind, listed=listed)


def doctored(body: Body, **changes: object) -> bytes:
    return orjson.dumps(deepcopy(body) | changes)


def test_a_sound_answer_is_not_complained_of(customer: Body) -> None:
    page = {"object": "list", "url": "/v1/customers", "has_more": False, "data": [customer]}

    assert list(of_answer(route(), 200, orjson.dumps(customer))) == []
    assert list(of_answer(route(listed=True), 200, orjson.dumps(page))) == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"balance": "0"}, (".balance", "'0' is not of type int")),
        ({"tax_exempt": "sometimes"}, (".tax_exempt", "'sometimes' is none of 'exempt', 'none', 'reverse'")),
        ({"livemode": None}, (".livemode", "None is not of type bool")),
        ({"colour": "red"}, (".colour", "no such field in this version")),
        ({"address": {"planet": "Mars"}}, (".address.planet", "no such field in this version")),
    ],
)
def test_a_doctored_answer_is_complained_of(customer: Body, changes: Body, complaint: tuple[str, str]) -> None:
    assert complaint in list(of_answer(route(), 200, doctored(customer, **changes)))


def test_a_doctored_element_of_a_list_is_complained_of(customer: Body) -> None:
    page = {"object": "list", "url": "/v1/customers", "has_more": False}
    raw = doctored(page, data=[customer, customer | {"balance": 0.5}])

    assert list(of_answer(route(listed=True), 200, raw)) == [(".data[1].balance", "0.5 is not of type int")]


def test_an_object_of_another_kind_than_the_route_returns_is_complained_of(customer: Body) -> None:
    complaints = list(of_answer(route(kind="charge|refund"), 200, orjson.dumps(customer)))

    assert complaints == [(".object", "'customer', and the route returns charge|refund")]


def test_what_was_deleted_needs_its_identity_only() -> None:
    gone = {"id": "cus_1", "object": "customer", "deleted": True}

    assert list(of_answer(route(), 200, orjson.dumps(gone))) == []
    assert list(of_answer(route(), 200, doctored(gone, deleted=False))) != []
    assert list(of_answer(route(), 200, b'{"object":"customer","deleted":true}')) == [(".id", "required, and missing")]


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"type": "invalid_request_error"}},
        {"error": {"type": "rate_limit_error", "message": "x"}},
        {"error": {"type": "api_error", "message": "x", "code": 12}},
        {"error": {"type": "api_error", "message": "x", "parameter": "amount"}},
        {"error": "x"},
        {"message": "x"},
        {"error": {"type": "api_error", "message": "x"}, "more": 1},
    ],
)
def test_a_refusal_of_another_shape_is_complained_of(body: Body) -> None:
    assert list(of_answer(route(), 400, orjson.dumps(body))) != []


def test_a_doctored_event_is_complained_of(customer: Body) -> None:
    assert of_event(orjson.dumps(customer), b'{"email":null}') == []
    assert of_event(doctored(customer, livemode=None), b'{"colour":"red"}') == [
        (".data.object.livemode", "None is not of type bool"),
        (".data.previous_attributes.colour", "no such field in this version"),
    ]


def test_complaints_are_counted_and_kept_once() -> None:
    judge = Fidelity(1.0, seed=1)
    for _ in range(3):
        judge.happened(_event(b'{"object":"customer"}'))

    report = judge.report()

    assert (report["checked"], report["violations"][0]["count"]) == (3, 3)
    assert report["violated"] == sum(each["count"] for each in report["violations"])


def test_a_sample_is_a_sample_and_the_same_for_the_same_seed() -> None:
    assert 20 < _checked_of_500(7) < 100
    assert _checked_of_500(7) == _checked_of_500(7)


def _checked_of_500(seed: int) -> int:
    judge = Fidelity(0.1, seed)
    for _ in range(500):
        judge.happened(_event(b'{"object":"customer"}'))
    return judge.checked


def _event(snapshot: bytes) -> Event:
    return Event("evt_1", "customer.created", 0, snapshot, None, "req_1", None)


@pytest.mark.proves("C1.4")
def test_every_answer_is_judged(stand_in: Emulator) -> None:
    before = stand_in.control.fidelity().checked
    stand_in.get("/v1/customers")
    stand_in.get("/v1/nothing")

    assert stand_in.control.fidelity().checked == before + 2
