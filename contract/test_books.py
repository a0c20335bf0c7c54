"""After every other test, all sides are asked what they hold, and they agree to the cent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from fixtures.bench import Bench
from fixtures.books import (
    Operation,
    Snapshot,
    differences,
    invoice_differences,
    money_table,
    of_buyers,
    subscription_differences,
)
from fixtures.books.gather import gather, gather_invoices, gather_subscriptions
from fixtures.client import Auditor, Item, Member, Payment, Reply
from fixtures.client.subscriptions import Plan
from fixtures.evidence import Evidence
from fixtures.polling import eventually

BUYERS = 6
PRO = Plan("prc_pro_month", "pro", "Pro, monthly", "month", 999, "usd")
ITEMS = ("itm_course_python", "itm_tokens_100", "itm_course_kyoto", "itm_course_gulf")


@pytest.fixture(scope="module")
def shoppers(newcomer: Callable[[], Member]) -> Sequence[Member]:
    return [newcomer() for _ in range(BUYERS)]


@pytest.fixture(scope="module")
def histories(shoppers: Sequence[Member], catalogue: Mapping[str, Item]) -> Sequence[Operation]:
    """What each of a few buyers did and was told."""
    return [operation for member in shoppers for operation in _shopping(member, catalogue)]


@pytest.fixture(scope="module")
def at_rest(bench: Bench, histories: Sequence[Operation]) -> Snapshot:
    """The snapshot of a system in which nothing moves any more, or the last one after a while."""
    auditor = bench.as_auditor()

    def look() -> Snapshot:
        return gather(bench.stripe, auditor, messages=bench.mailbox.messages(), operations=histories)

    try:
        return eventually(look, lambda snapshot: differences(snapshot) == [], timeout_s=15)
    except AssertionError:
        return look()


@pytest.mark.proves("C2.1", "C2.2")
def test_the_processor_the_ledger_the_buyers_and_the_mailbox_agree(at_rest: Snapshot, evidence: Evidence) -> None:
    evidence.figures({"kind": "books", "rows": money_table(replace(at_rest, operations=None))})

    assert [str(each) for each in differences(at_rest)] == []
    assert len(at_rest.transactions) >= BUYERS * len(ITEMS), "Too little moved to prove anything."


@pytest.mark.proves("C2.2")
def test_each_side_says_the_same_of_what_these_buyers_did(
    at_rest: Snapshot, shoppers: Sequence[Member], evidence: Evidence
) -> None:
    theirs = of_buyers(at_rest, {member.account_id for member in shoppers})
    rows = money_table(theirs)
    evidence.figures({"kind": "books", "rows": rows})

    sums = {(row["currency"], row["captured"], row["refunded"], row["count"]) for row in rows}
    assert len(rows) == 4 * len(sums), rows
    assert {row["source"] for row in rows} == {"processor", "ledger", "clients", "mailbox"}


@pytest.mark.proves("C2.2")
def test_a_buyers_own_history_is_what_the_auditor_sees(
    member: Member, auditor: Auditor, catalogue: Mapping[str, Item]
) -> None:
    _shopping(member, catalogue)

    own = {
        each.payment_id: (each.status, each.amount, each.currency) for each in member.payments(limit=100).value.items
    }
    audited = [each for each in auditor.all_payments() if each.account_id == member.account_id]

    assert own == {each.payment_id: (each.status, each.amount, each.currency) for each in audited}
    assert len(own) == len(ITEMS) + 1


@pytest.mark.proves("C2.3")
def test_the_trial_balance_is_zero_in_every_currency(auditor: Auditor, histories: Sequence[Operation]) -> None:
    balance = auditor.trial_balance()

    assert {each.currency for each in balance.value.currencies} >= {each.currency for each in histories}
    assert balance.value.is_balanced, balance.text


@pytest.mark.proves("C2.1")
def test_the_systems_own_reconciliation_finds_no_difference(
    bench: Bench, auditor: Auditor, histories: Sequence[Operation]
) -> None:
    reply = auditor.reconciliation()

    assert reply.value.differences == (), reply.text
    assert reply.value.processor_transactions == len(bench.stripe.books().transactions)
    assert len(histories) > 0


@pytest.mark.proves("C2.1")
def test_the_processors_own_books_sum_to_zero(bench: Bench) -> None:
    assert bench.stripe.books().sum_zero


@pytest.mark.proves("A4.1", "A12.3")
def test_both_sides_know_the_same_subscriptions(bench: Bench, auditor: Auditor, newcomer: Callable[[], Member]) -> None:
    subscriber = newcomer()
    assert subscriber.subscription.subscribe(PRO, key="books").status == 201

    def look() -> Sequence[str]:
        return [str(each) for each in subscription_differences(gather_subscriptions(bench.stripe, auditor, at))]

    at = bench.clock.now()
    assert eventually(look, lambda found: not found, timeout_s=15) == []


@pytest.mark.proves("A2.7", "C2.1")
def test_the_documents_are_numbered_without_gaps_and_sum_to_the_ledger(
    bench: Bench, auditor: Auditor, histories: Sequence[Operation]
) -> None:
    def look() -> Sequence[str]:
        read = gather_invoices(auditor, gather(bench.stripe, auditor))
        return [str(each) for each in invoice_differences(read)]

    assert eventually(look, lambda found: not found, timeout_s=15) == []
    assert {each.kind for each in auditor.all_invoices()} >= {"invoice", "credit_note"}
    assert len(histories) > 0


def _shopping(member: Member, catalogue: Mapping[str, Item]) -> list[Operation]:
    paid = [member.pay(catalogue[item_id], key=f"books-{item_id}") for item_id in ITEMS]
    declined = member.pay(catalogue["itm_tokens_1000"], key="declined", payment_method="pm_card_chargeDeclined")
    back = member.refund(paid[0].value.payment_id, key="books-back", amount=1234)
    told = [_paid(member, f"books-{item_id}", reply) for item_id, reply in zip(ITEMS, paid, strict=True)]
    refused = Operation("pay", member.email, "declined", "fail", declined.problem.extras["payment_id"], 3999, "usd")
    return [*told, refused, Operation("refund", member.email, "books-back", "ok", back.value.refund_id, 1234, "usd")]


def _paid(member: Member, key: str, reply: Reply[Payment]) -> Operation:
    payment = reply.value
    return Operation("pay", member.email, key, "ok", payment.payment_id, payment.amount, payment.currency)
