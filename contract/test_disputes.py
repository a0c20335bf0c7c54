"""A cardholder complains to the bank: the money, the books, what it had opened, and what would be charged next."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest

from fixtures.bench import Bench
from fixtures.builders import Person, person
from fixtures.client import AuditedPayment, Auditor, HttpxTransport, Item, Member, Payment, Visitor
from fixtures.client.subscriptions import Plan
from fixtures.polling import eventually

COURSE = "itm_course_python"
PRO = Plan("prc_pro_month", "pro", "Pro, monthly", "month", 999, "usd")


@pytest.fixture
def paid(member: Member, catalogue: Mapping[str, Item], auditor: Auditor) -> AuditedPayment:
    reply = member.pay(catalogue[COURSE], key="to-be-disputed")
    assert reply.status == 201, reply.text
    return _audited(auditor, reply.value)


@pytest.fixture
def movable() -> Iterator[Bench]:
    with Bench.start(clock="movable") as bench:
        yield bench


@pytest.fixture
def subscriber(movable: Bench) -> Person:
    somebody = person("disputes", movable.run_id)
    with HttpxTransport(movable.url) as transport:
        Visitor(transport).sign_up(email=somebody.email, password=somebody.password, name=somebody.name)
    assert movable.as_member(somebody).subscription.subscribe(PRO, key="subscribe").status == 201
    return somebody


@pytest.mark.proves("A12.3", "A3.4")
def test_a_chargeback_closes_what_it_paid_for_and_the_books_follow(
    bench: Bench, member: Member, auditor: Auditor, paid: AuditedPayment
) -> None:
    bench.stripe.dispute(_charge(paid))

    eventually(lambda: _booked(auditor, "dispute:"), bool)
    refused = member.refund(paid.payment_id, key="after-the-bank")
    assert (refused.status, refused.problem.slug) == (409, "not-refundable"), refused.text
    assert _open(member, COURSE) is False
    assert auditor.reconciliation().value.differences == ()


@pytest.mark.proves("A12.3")
def test_a_dispute_that_is_won_gives_back_money_and_course(
    bench: Bench, member: Member, auditor: Auditor, paid: AuditedPayment
) -> None:
    dispute = bench.stripe.dispute(_charge(paid))
    eventually(lambda: _open(member, COURSE), lambda is_open: not is_open)

    bench.stripe.decide_dispute(dispute, "won")

    eventually(lambda: _open(member, COURSE), lambda is_open: is_open)
    eventually(lambda: auditor.reconciliation().value.differences, lambda differences: not differences)


@pytest.mark.proves("A12.3")
def test_what_was_lost_may_still_be_won(bench: Bench, member: Member, auditor: Auditor, paid: AuditedPayment) -> None:
    dispute = bench.stripe.dispute(_charge(paid))
    bench.stripe.decide_dispute(dispute, "lost")
    eventually(lambda: _open(member, COURSE), lambda is_open: not is_open)

    bench.stripe.decide_dispute(dispute, "won")

    eventually(lambda: _open(member, COURSE), lambda is_open: is_open)
    eventually(lambda: auditor.reconciliation().value.differences, lambda differences: not differences)


@pytest.mark.proves("A12.3")
def test_an_inquiry_moves_no_money_and_closes_nothing(
    bench: Bench, member: Member, auditor: Auditor, paid: AuditedPayment
) -> None:
    before = len(_booked(auditor, "dispute:"))

    dispute = bench.stripe.dispute(_charge(paid), inquiry=True)

    eventually(lambda: _told_of(auditor, dispute), lambda told: told)
    assert len(_booked(auditor, "dispute:")) == before
    assert _open(member, COURSE) is True
    assert member.refund(paid.payment_id, key="despite-the-inquiry").status == 201


@pytest.mark.proves("A12.3", "A3.4")
def test_a_disputed_renewal_closes_the_tier_and_is_the_last(bench: Bench, member: Member, auditor: Auditor) -> None:
    assert member.subscription.subscribe(PRO, key="subscribe").status == 201
    [renewed] = [payment for payment in auditor.all_payments() if payment.account_id == member.account_id]

    dispute = bench.stripe.dispute(_charge(renewed))

    eventually(lambda: _told_of(auditor, dispute), lambda told: told)
    ending = member.subscription.current().value
    assert (ending.status, ending.cancel_at_period_end) == ("active", True)
    assert member.entitlements().value.tier.tier == "free"
    assert auditor.reconciliation().value.differences == ()


@pytest.mark.proves("A12.3")
def test_after_a_disputed_renewal_no_other_is_charged(movable: Bench, subscriber: Person) -> None:
    [charged] = movable.stripe.books().transactions
    movable.stripe.dispute(str(charged.source))
    member = movable.as_member(subscriber)
    eventually(lambda: member.subscription.current().value, lambda seen: seen.cancel_at_period_end)

    movable.clock.advance(timedelta(days=40))

    later = movable.as_member(subscriber)
    ended = eventually(lambda: later.subscription.current().value, lambda seen: seen.status == "canceled")
    assert ended.ended_at == ended.period_end
    assert [each.type for each in movable.stripe.books().transactions].count("charge") == 1


def _audited(auditor: Auditor, payment: Payment) -> AuditedPayment:
    return next(each for each in auditor.all_payments() if each.payment_id == payment.payment_id)


def _charge(payment: AuditedPayment) -> str:
    assert payment.processor_charge_id, payment
    return payment.processor_charge_id


def _booked(auditor: Auditor, prefix: str) -> list[str]:
    return [entry.business_key for entry in auditor.ledger_entries() if entry.business_key.startswith(prefix)]


def _told_of(auditor: Auditor, dispute_id: str) -> bool:
    return any(row["object_id"] == dispute_id for row in auditor.audit_log())


def _open(member: Member, item_id: str) -> bool:
    return any(source.kind == "purchase" for source in member.explain_course(item_id).value.sources)
