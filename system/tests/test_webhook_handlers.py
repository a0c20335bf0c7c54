"""What an event leads to when the processor is silent about it, or when it is about nothing of ours."""

from typing import Any

import pytest

from system.kit.money import Money
from system.kit.problems import ServiceUnavailable
from system.payments import dispute_repository, refund_repository, repository
from system.processor.port import Canceled, Disputed, RefundRefused, Unavailable, Unknown
from system.subscriptions import repository as subscriptions
from system.tests.examples import NOW, paid, payment
from system.tests.stand_in import Lay, Processor, run, system
from system.webhooks import matching, subscribers
from system.webhooks.handlers import (
    charge_dispute,
    charge_refunded,
    checkout_session,
    checkout_session_expired,
    payment_intent_canceled,
    refund_created,
)
from system.webhooks.models import Handler, ParkedError, WebhookEvent

SILENT = Unknown("no reply")
DISPUTE = Disputed("dp_1", "ch_1", "cus_1", Money(4900, "usd"), "needs_response", "fraudulent", ())
OF_A_PAYMENT = {"customer": "cus_1", "currency": "usd", "metadata": {"payment_id": "pay_1"}}


def event(kind: str, **members: Any) -> WebhookEvent:  # noqa: ANN401 - any member of the object
    return WebhookEvent("evt_1", kind, livemode=False, created_at=NOW, object={"id": "obj_1", **members}, payload={})


@pytest.fixture
def rows(rows: Lay) -> Lay:
    """With what is found where a test lays nothing else."""
    rows(repository, find=None, find_by_charge=None, is_customer=False)
    rows(dispute_repository, version_of=None)
    rows(refund_repository, find_by_processor_id=None)
    rows(subscriptions, find=None, find_by_processor_id=None, find_by_customer=None)
    return rows


@pytest.mark.parametrize(
    ("handler", "answers", "found"),
    [
        (charge_dispute.handle, {"retrieve_dispute": SILENT}, {}),
        (charge_dispute.handle, {"retrieve_dispute": DISPUTE}, {"is_customer": True}),
        (charge_refunded.handle, {"refunds_of": SILENT}, {"find_by_charge": paid()}),
        (refund_created.handle, {}, {"find": payment()}),
        (refund_created.handle, {"retrieve_refund": SILENT}, {"find_by_charge": paid()}),
        (refund_created.handle, {"retrieve_refund": RefundRefused("no", "No.")}, {"find_by_charge": paid()}),
        (checkout_session_expired.handle, {"retrieve_session": SILENT}, {"find": payment()}),
        (payment_intent_canceled.handle, {"retrieve_payment": Unavailable("later")}, {"find": payment()}),
    ],
)
def test_what_cannot_be_told_now_is_asked_to_come_again(
    rows: Lay, handler: Handler, answers: dict[str, object], found: dict[str, object]
) -> None:
    rows(repository, **found)
    told = event("any", **OF_A_PAYMENT, charge="ch_1", amount=4900, amount_total=4900, amount_refunded=4900)

    with pytest.raises(ServiceUnavailable):
        run(handler(system(Processor(**answers)), told))


@pytest.mark.parametrize(
    ("handler", "answers", "found", "reason"),
    [
        (charge_dispute.handle, {"retrieve_dispute": None}, {}, "knows no such dispute"),
        (charge_dispute.handle, {"retrieve_dispute": DISPUTE}, {}, "of no charge of ours"),
        (charge_refunded.handle, {}, {}, "none of ours"),
        (charge_refunded.handle, {}, {"find_by_charge": paid(currency="eur")}, "in another currency"),
        (refund_created.handle, {}, {}, "of no charge of ours"),
        (refund_created.handle, {}, {"find_by_charge": paid(currency="eur")}, "in another currency"),
        (refund_created.handle, {"retrieve_refund": None}, {"find_by_charge": paid()}, "knows no such refund"),
        (checkout_session_expired.handle, {}, {}, "a payment that we do not have"),
        (checkout_session_expired.handle, {"retrieve_session": None}, {"find": payment()}, "knows no such object"),
        (payment_intent_canceled.handle, {"retrieve_payment": None}, {"find": payment()}, "knows no such object"),
        (payment_intent_canceled.handle, {}, {"find": payment(amount=1)}, "amount, currency or customer"),
    ],
)
def test_what_is_not_about_us_is_kept_for_a_person(
    rows: Lay, handler: Handler, answers: dict[str, object], found: dict[str, object], reason: str
) -> None:
    rows(repository, **found)
    told = event("any", **OF_A_PAYMENT, charge="ch_1", amount=4900, amount_total=4900, amount_refunded=4900)

    with pytest.raises(ParkedError, match=reason):
        run(handler(system(Processor(**answers)), told))


@pytest.mark.parametrize("handler", [checkout_session_expired.handle, payment_intent_canceled.handle])
def test_the_end_of_an_attempt_that_has_ended_here_asks_nobody(rows: Lay, handler: Handler) -> None:
    rows(repository, find=payment(status="declined"))
    processor = Processor()

    assert run(handler(system(processor), event("any", **OF_A_PAYMENT, amount=4900, amount_total=4900))) is None
    assert processor.asked == []


@pytest.mark.parametrize(
    ("handler", "verb"),
    [(checkout_session_expired.handle, "retrieve_session"), (payment_intent_canceled.handle, "retrieve_payment")],
)
def test_the_end_of_an_open_attempt_is_concluded_as_the_processor_tells_it(
    rows: Lay, monkeypatch: pytest.MonkeyPatch, handler: Handler, verb: str
) -> None:
    rows(repository, find=payment(status="requires_action"))
    concluded: list[object] = []

    async def conclude(_conn: object, _system: object, payment_id: str, answer: object, **_: object) -> None:
        concluded.append((payment_id, answer))

    monkeypatch.setattr(matching, "conclude", conclude)
    answer = Canceled("expired", "pi_1")
    made = run(
        handler(system(Processor(**{verb: answer})), event("any", **OF_A_PAYMENT, amount=4900, amount_total=4900))
    )
    connection: Any = object()
    assert made is not None
    run(made(connection))

    assert concluded == [("pay_1", answer)]


def test_a_page_for_a_card_that_expires_changes_nothing() -> None:
    assert run(checkout_session.handle_expired(system(), event("any", mode="setup"))) is None


def test_a_page_of_a_subscription_that_expires_is_about_one_of_ours_or_kept(rows: Lay) -> None:
    rows(repository)
    with pytest.raises(ParkedError, match="no subscription of ours"):
        run(checkout_session.handle_expired(system(), event("any", mode="subscription")))


def test_a_page_of_a_payment_that_expires_is_about_one_of_ours_or_kept(rows: Lay) -> None:
    rows(repository)
    with pytest.raises(ParkedError, match="names no payment of ours"):
        run(checkout_session.handle_expired(system(), event("any", mode="payment")))


def test_who_is_no_customer_subscribes_to_nothing() -> None:
    assert run(subscribers.subscribes(system(), None)) is False


def test_a_refund_that_is_booked_asks_nobody(rows: Lay) -> None:
    rows(repository, find_by_charge=paid())
    rows(refund_repository, find_by_processor_id=_Settled())
    processor = Processor()
    told = event("any", charge="ch_1", currency="usd", status="succeeded")

    assert run(refund_created.handle(system(processor), told)) is None
    assert processor.asked == []


class _Settled:
    status = "succeeded"
