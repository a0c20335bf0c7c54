"""What the sweep makes of a payment or a refund that nobody heard the end of; and what is refused before it is sent."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from system.accounts.models import Identity
from system.idempotency import service as idempotency
from system.idempotency.models import Scope
from system.idempotency.problems import IdempotencyInProgress
from system.kit.problems import InvalidRequest
from system.payments import answers, inquiry, process, refund_repository, refunds
from system.payments.models import Payment, Refund
from system.payments.problems import NotRefundable
from system.payments.schemas import Order
from system.processor.port import ActionRequired, Declined, Unavailable, Unknown
from system.tests.examples import NOW, charged, paid, payment, refund, refunded
from system.tests.stand_in import Processor, answering, run, system

SOON, LATE = NOW + timedelta(minutes=1), NOW + inquiry.REPEATABLE_FOR
WAITING = ActionRequired("https://pay.example.com")
Laid = list[tuple[str, object]]
"""What the processor is asked, and what it answers, in that order."""
LISTED, UNLISTED = ("find_payment", charged()), ("find_payment", None)
RETURNED, KEPT = ("find_refund", refunded()), ("find_refund", None)
SILENT, REPLAYED = Unknown("no reply"), Unknown("no reply", replayed=True)


def in_turn(laid: Laid) -> dict[str, object]:
    return {verb: [answer for asked, answer in laid if asked == verb] for verb, _ in laid}


@pytest.mark.parametrize(
    ("left_behind", "at", "laid", "said"),
    [
        # Never sent; on a page; begun; looked for, and asked again while that has the effect of once.
        (payment(processor_customer_id=None), SOON, [], Declined),
        (payment(processor_session_id="cs_1"), SOON, [("retrieve_session", WAITING)], ActionRequired),
        (payment(processor_session_id="cs_1"), SOON, [("retrieve_session", None)], Unknown),
        (payment(processor_payment_id="pi_1"), SOON, [("retrieve_payment", charged())], type(charged())),
        (payment(processor_payment_id="pi_1"), SOON, [("retrieve_payment", Unavailable("later"))], Unknown),
        (payment(), SOON, [LISTED], type(charged())),
        (payment(), SOON, [("find_payment", SILENT)], Unknown),
        (payment(), SOON, [UNLISTED, ("charge", Declined("no", "No."))], Declined),
        (payment(), SOON, [UNLISTED, ("charge", SILENT)], Unknown),
        (payment(), SOON, [UNLISTED, ("charge", REPLAYED), LISTED], type(charged())),
        (payment(), SOON, [UNLISTED, ("charge", REPLAYED), UNLISTED], Declined),
        (payment(), LATE, [LISTED], type(charged())),
        (payment(), LATE, [UNLISTED], Declined),
        (payment(), LATE, [("find_payment", SILENT)], Unknown),
    ],
)
def test_a_payment_is_asked_for_where_it_was_left(
    left_behind: Payment, at: datetime, laid: Laid, said: type[object]
) -> None:
    processor = Processor(**in_turn(laid))
    assert isinstance(run(inquiry._ask(system(processor, at=at), left_behind)), said)
    assert processor.asked == [verb for verb, _ in laid]


@pytest.mark.parametrize(
    ("left_behind", "at", "laid", "said"),
    [
        (refund(processor_refund_id="re_1"), SOON, [("retrieve_refund", refunded())], "Refunded"),
        (refund(processor_refund_id="re_1"), SOON, [("retrieve_refund", None)], "Unknown"),
        (refund(), SOON, [RETURNED], "Refunded"),
        (refund(), SOON, [("find_refund", SILENT)], "Unknown"),
        (refund(), SOON, [KEPT, ("refund", Unavailable("later"))], "Unknown"),
        (refund(), SOON, [KEPT, ("refund", refunded())], "Refunded"),
        (refund(), SOON, [KEPT, ("refund", REPLAYED), RETURNED], "Refunded"),
        (refund(), SOON, [KEPT, ("refund", REPLAYED), KEPT], "RefundRefused"),
        (refund(), LATE, [RETURNED], "Refunded"),
        (refund(), LATE, [KEPT], "RefundRefused"),
    ],
)
def test_a_refund_is_asked_for_where_it_was_left(left_behind: Refund, at: datetime, laid: Laid, said: str) -> None:
    processor = Processor(**in_turn(laid))
    assert type(run(inquiry._ask_refund(system(processor, at=at), paid(), left_behind))).__name__ == said
    assert processor.asked == [verb for verb, _ in laid]


def test_a_payment_that_a_sweep_has_closed_is_not_sent() -> None:
    processor = Processor(charge=charged())
    closed = run(process._ask(system(processor), payment(status="canceled")))
    assert (type(closed), processor.asked) == (Unknown, [])
    assert run(process._ask(system(processor), Unavailable("later"))) == Unavailable("later")
    assert run(process._ask(system(processor), payment())) == charged()


def test_a_payment_of_whom_the_processor_does_not_know_yet_waits_for_that() -> None:
    processor, who = Processor(create_customer=SILENT), _identity()
    known = run(process._known_to_processor(system(processor), who, payment(processor_customer_id=None)))
    assert known == Unavailable("no reply")


def test_a_currency_that_nobody_pays_in_is_refused_by_its_field() -> None:
    order = Order(price_id="prc_course_1", expected_amount=100, expected_currency="zzz", payment_method=None)
    with pytest.raises(InvalidRequest) as refused:
        run(process.process(system(), _identity(), order, _scope()))
    assert "body.expected_currency: " in str(refused.value.detail)


def test_a_refund_that_is_still_being_asked_for_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    held, connection = idempotency.Open("rfd_1"), _connection()
    monkeypatch.setattr(refund_repository, "find", answering(refund(status="uncertain")))
    told = run(refunds._still_open(connection, held))
    assert (told.status, told.replayed) == (202, True)

    monkeypatch.setattr(refund_repository, "find", answering(refund()))
    with pytest.raises(IdempotencyInProgress, match="still at work"):
        run(refunds._still_open(connection, held))


def test_what_a_subscription_charged_is_given_back_by_its_own_rule() -> None:
    renewal = paid(processor_invoice_id="in_1")
    with pytest.raises(NotRefundable, match="A subscription charged this"):
        refunds.judge(renewal, renewal.money, now=NOW, may_override=False)
    refunds.judge(renewal, renewal.money, now=NOW, may_override=True)


def test_a_refund_that_the_processor_refused_answers_its_key_with_that() -> None:
    failed = replace(refund(), status="failed", failure_code="charge_disputed")
    told = answers.final_refund_answer(failed, route="POST /api/payments/refund", request_id="req_1")
    assert told is not None
    assert (told.status, "charge_disputed" in str(told.body)) == (409, True)


def _connection() -> Any:  # noqa: ANN401 - nothing is read through it
    return object()


def _identity() -> Identity:
    return Identity("usr_1", "ada@example.com", "Ada", "student", "ses_1", email_verified=True, used_at=NOW)


def _scope() -> Scope:
    return Scope("usr_1", "POST", "/api/payments/process", "key", b"", "req_1")
