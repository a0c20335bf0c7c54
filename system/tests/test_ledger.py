import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system.kit.money import Money
from system.ledger import entries
from system.ledger.models import CASH, PROCESSOR_FEE, REVENUE, Entry, Posting, UnbalancedEntryError
from system.ledger.reconciliation import judge
from system.ledger.repository import CashMovement
from system.processor.port import BalanceTransaction
from system.tests.examples import NOW

_AMOUNT = st.integers(1, 10**9)


def _usd(amount: int) -> Money:
    return Money(amount, "usd")


def test_a_capture_is_cash_and_fee_against_revenue() -> None:
    entry = entries.capture("ch_1", sold=_usd(4900), gross=_usd(4900), fee=_usd(172), net=_usd(4728), now=NOW)

    assert entry.business_key == "capture:ch_1"
    assert entry.postings == (
        Posting(CASH, "debit", _usd(4728)),
        Posting(PROCESSOR_FEE, "debit", _usd(172)),
        Posting(REVENUE, "credit", _usd(4900)),
    )


def test_a_refund_is_revenue_against_cash_and_leaves_the_fee() -> None:
    entry = entries.refund("re_1", returned=_usd(1000), gross=_usd(1000), fee=_usd(0), net=_usd(1000), now=NOW)

    assert entry.business_key == "refund:re_1"
    assert entry.postings == (Posting(REVENUE, "debit", _usd(1000)), Posting(CASH, "credit", _usd(1000)))


def test_a_failed_refund_is_booked_back_beside_the_first_entry() -> None:
    entry = entries.refund_failure("re_1", returned=_usd(1000), gross=_usd(1000), fee=_usd(0), net=_usd(1000), now=NOW)

    assert entry.business_key == "refund_failure:re_1"
    assert entry.postings == (Posting(CASH, "debit", _usd(1000)), Posting(REVENUE, "credit", _usd(1000)))


@settings(deadline=None)  # other work on the machine is no fault of the rule
@given(_AMOUNT, _AMOUNT, st.integers(0, 10**6))
def test_a_sale_settled_in_another_currency_balances_in_both(sold: int, gross: int, fee: int) -> None:
    net = _usd(gross + fee)
    entry = entries.refund("re_1", returned=Money(sold, "jpy"), gross=_usd(gross), fee=_usd(fee), net=net, now=NOW)
    capture = entries.capture("ch_1", sold=Money(sold, "jpy"), gross=net, fee=_usd(fee), net=_usd(gross), now=NOW)

    assert {posting.money.currency for posting in (*entry.postings, *capture.postings)} == {"jpy", "usd"}


@pytest.mark.parametrize(
    "postings",
    [
        (),
        (Posting(CASH, "debit", _usd(1)),),
        (Posting(CASH, "debit", _usd(2)), Posting(REVENUE, "credit", _usd(1))),
        (Posting(CASH, "debit", _usd(1)), Posting(REVENUE, "credit", Money(1, "eur"))),
        (Posting(CASH, "debit", _usd(0)), Posting(REVENUE, "credit", _usd(0))),
        (Posting(CASH, "debit", _usd(-1)), Posting(REVENUE, "credit", _usd(-1))),
    ],
    ids=["none", "one-sided", "off by one", "two currencies", "of nothing", "negative"],
)
def test_an_entry_that_does_not_balance_cannot_be_made(postings: tuple[Posting, ...]) -> None:
    with pytest.raises(UnbalancedEntryError):
        Entry("capture:ch_1", "A sale", postings, NOW)


_CHARGE = BalanceTransaction("txn_1", "charge", "ch_1", _usd(4728))
_BOOKED = CashMovement("capture:ch_1", "usd", 4728)


def test_books_that_agree_show_no_difference() -> None:
    found = judge([_CHARGE], before=[_BOOKED], after=[_BOOKED], checked_at=NOW)

    assert (found.processor_transactions, found.matched, found.differences) == (1, 1, [])


@pytest.mark.parametrize(
    ("theirs", "ours", "kind"),
    [
        ([_CHARGE], [], "missing_in_ledger"),
        ([], [_BOOKED], "missing_at_processor"),
        ([_CHARGE], [CashMovement("capture:ch_1", "usd", 4727)], "amount_differs"),
        ([_CHARGE], [CashMovement("capture:ch_1", "eur", 4728)], "amount_differs"),
        ([BalanceTransaction("txn_2", "payout", "po_1", _usd(-1))], [], "not_understood"),
    ],
    ids=["only theirs", "only ours", "off by one", "other currency", "of a kind we do not book"],
)
def test_every_difference_between_the_books_is_named(
    theirs: list[BalanceTransaction], ours: list[CashMovement], kind: str
) -> None:
    found = judge(theirs, before=ours, after=ours, checked_at=NOW)

    assert [difference.kind for difference in found.differences] == [kind]


def test_what_is_booked_while_the_processor_is_read_is_no_difference() -> None:
    found = judge([], before=[], after=[_BOOKED], checked_at=NOW)

    assert found.differences == []
