from dataclasses import replace

import pytest

from system.idempotency.models import Answer, IdempotencyKey, Scope
from system.idempotency.problems import IdempotencyMismatch
from system.idempotency.service import Open, decide
from system.idempotency.wire import digest_of, response_of
from system.kit.problems import NotFound
from system.payments.schemas import Order
from system.tests.examples import NOW

_ORDER = Order(price_id="prc_1", expected_amount=4900, expected_currency="usd")
_SCOPE = Scope("usr_1", "POST", "/api/payments/process", "key", digest_of(_ORDER), "req_2")
_HELD = IdempotencyKey("pay_1", _SCOPE.route, "req_1", _SCOPE.body_hash, NOW, None, None, None, None)


def test_a_second_request_meets_one_that_is_still_open() -> None:
    assert decide(_HELD, _SCOPE) == Open("pay_1")


def test_a_repeated_request_gets_the_same_bytes_marked_as_replayed() -> None:
    answered = replace(_HELD, answered_at=NOW, status=201, location="/api/payments/pay_1", body=b'{"a":1}')

    assert decide(answered, _SCOPE) == Answer(201, b'{"a":1}', "/api/payments/pay_1", replayed=True)


@pytest.mark.parametrize("answered", [True, False])
def test_another_request_under_the_same_key_is_refused(answered: bool) -> None:  # noqa: FBT001 - a column of the table
    held = replace(_HELD, answered_at=NOW, status=201, body=b"{}") if answered else _HELD
    other = replace(_SCOPE, body_hash=digest_of(_ORDER.model_copy(update={"expected_amount": 1})))

    with pytest.raises(IdempotencyMismatch):
        decide(held, other)


def test_the_same_order_has_the_same_digest_however_it_was_written() -> None:
    spaced = Order.model_validate_json('{ "expected_currency":"usd", "expected_amount": 4900,\n"price_id": "prc_1"}')

    assert digest_of(spaced) == digest_of(_ORDER)


def test_a_replay_is_marked_and_a_first_answer_is_not() -> None:
    first = response_of(Answer(201, b"{}", "/api/payments/pay_1"))
    again = response_of(Answer(201, b"{}", "/api/payments/pay_1", replayed=True))

    assert (first.headers.get("Idempotency-Replayed"), again.headers.get("Idempotency-Replayed")) == (None, "true")
    assert first.headers["Location"] == again.headers["Location"]


def test_a_refusal_is_remembered_as_the_problem_that_it_was() -> None:
    answer = Answer.refusal(NotFound("There is no such price."), route="/api/payments/process", request_id="req_1")

    assert (answer.status, answer.media_type) == (404, "application/problem+json")
    assert b'"request_id":"req_1"' in answer.body
