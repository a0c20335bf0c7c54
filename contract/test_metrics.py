"""The figures for Prometheus move by exactly what was done."""

from collections import Counter
from collections.abc import Callable, Mapping

import pytest
from prometheus_client.parser import text_string_to_metric_families

from fixtures.client import Auditor, Item, Member, Visitor
from fixtures.client.subscriptions import Plan
from fixtures.polling import eventually

COUNT = "assay_subscriptions"
PRO = Plan("prc_pro_month", "pro", "Pro, monthly", "month", 999, "usd")
TOKENS, YEN = "itm_tokens_100", "itm_course_kyoto"
Figures = dict[tuple[str, str, str], float]

EXPECTED: Figures = {
    ("assay_payments", "succeeded", "usd"): 3,
    ("assay_payments", "declined", "usd"): 1,
    ("assay_payments", "succeeded", "jpy"): 1,
    ("assay_refunds", "succeeded", "usd"): 1,
    ("assay_payments_succeeded_amount_minor_total", "", "usd"): 3 * 499,
    ("assay_payments_succeeded_amount_minor_total", "", "jpy"): 500,
    ("assay_refunds_succeeded_amount_minor_total", "", "usd"): 100,
}


@pytest.mark.proves("A19.1")
def test_payments_refunds_and_money_are_counted(
    visitor: Visitor, member: Member, auditor: Auditor, catalogue: Mapping[str, Item]
) -> None:
    before = _up_to_date(visitor, auditor)

    paid = [member.pay(catalogue[TOKENS], key=f"counted-{number}").value for number in range(3)]
    member.pay(catalogue[TOKENS], key="declined", payment_method="pm_card_chargeDeclined")
    member.pay(catalogue[YEN], key="yen")
    member.refund(paid[0].payment_id, key="back", amount=100)

    eventually(lambda: _moved(before, _figures(visitor)), lambda moved: moved == EXPECTED, timeout_s=15)


@pytest.mark.proves("A19.3")
def test_subscriptions_and_what_they_are_worth_are_counted(
    visitor: Visitor, new_member: Callable[[], Member], auditor: Auditor
) -> None:
    before = eventually(lambda: _subscribed(visitor), lambda figures: _live(figures) == _live_of(auditor), timeout_s=15)
    subscribers = [new_member() for _ in range(3)]

    for member in subscribers:
        assert member.subscription.subscribe(PRO, key="counted").ok
    assert subscribers[0].subscription.cancel(key="ended", at="now").ok

    expected = {
        ("assay_subscriptions", "pro", "active"): 2,
        ("assay_subscriptions", "pro", "canceled"): 1,
        ("assay_subscriptions_monthly_minor", "pro", "active"): 2 * PRO.amount,
    }
    eventually(lambda: _moved(before, _subscribed(visitor)), lambda moved: moved == expected, timeout_s=15)


def _subscribed(visitor: Visitor) -> Figures:
    return {
        (sample.name, sample.labels["tier"], sample.labels["status"]): sample.value
        for family in text_string_to_metric_families(visitor.metrics().text)
        for sample in family.samples
        if sample.name.startswith("assay_subscriptions")
    }


def _live(figures: Figures) -> float:
    return sum(value for (name, _, status), value in figures.items() if (name, status) == (COUNT, "active"))


def _live_of(auditor: Auditor) -> int:
    return sum(each.status == "active" for each in auditor.all_subscriptions())


def _up_to_date(visitor: Visitor, auditor: Auditor) -> Figures:
    """The figures once they hold all that was done before: a scrape may be answered with one that is seconds old."""
    done = Counter(("assay_payments", payment.status, payment.currency) for payment in auditor.all_payments())
    return eventually(
        lambda: _figures(visitor), lambda figures: all(figures.get(name, 0) == count for name, count in done.items())
    )


def _figures(visitor: Visitor) -> Figures:
    found: Figures = {}
    for family in text_string_to_metric_families(visitor.metrics().text):
        for sample in family.samples:
            if sample.name.startswith(("assay_payments", "assay_refunds")) and "currency" in sample.labels:
                found[sample.name, sample.labels.get("status", ""), sample.labels["currency"]] = sample.value
    return found


def _moved(before: Figures, after: Figures) -> Figures:
    differences = {name: value - before.get(name, 0) for name, value in after.items()}
    return {name: value for name, value in differences.items() if value}
