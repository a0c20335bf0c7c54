"""What a race must never break is refused by the tables themselves, whoever writes and however."""

from collections.abc import Callable, Iterator
from typing import LiteralString

import psycopg
import pytest
from psycopg import errors

from fixtures.bench import Bench
from fixtures.client import Member
from fixtures.client.subscriptions import Plan

PRO = Plan("prc_pro_month", "pro", "Pro, monthly", "month", 999, "usd")

SECOND: dict[str, LiteralString] = {
    "a second live subscription of the account": """
        INSERT INTO subscriptions (subscription_id, account_id, price_id, trial_days, status, created_at, updated_at)
        SELECT subscription_id || 'x', account_id, price_id, 0, 'opening', now(), now()
          FROM subscriptions WHERE account_id = %(account_id)s
    """,
    "a second open change of the subscription": """
        INSERT INTO subscription_changes (change_id, subscription_id, account_id, kind, status, created_at, updated_at)
        SELECT subscription_id || number, subscription_id, account_id, 'cancel', 'asked', now(), now()
          FROM subscriptions, generate_series(1, 2) AS number WHERE account_id = %(account_id)s
    """,
    "a second record of the invoice": """
        INSERT INTO subscription_invoices
        SELECT * FROM subscription_invoices WHERE account_id = %(account_id)s
    """,
    "a second payment of the invoice": """
        UPDATE payments SET processor_invoice_id = (
               SELECT processor_invoice_id FROM payments
                WHERE processor_invoice_id IS NOT NULL AND account_id <> %(account_id)s LIMIT 1)
         WHERE account_id = %(account_id)s AND processor_invoice_id IS NOT NULL
    """,
    "the period a second time": """
        INSERT INTO subscription_periods
        SELECT periods.* FROM subscription_periods AS periods JOIN subscriptions USING (subscription_id)
         WHERE account_id = %(account_id)s
    """,
    "the month's tokens a second time": """
        INSERT INTO token_allowances SELECT * FROM token_allowances WHERE account_id = %(account_id)s
    """,
    "a second trial of the person": """
        INSERT INTO trials (subscription_id, account_id, mailbox, created_at)
        SELECT subscription_id, account_id, account_id || number, now()
          FROM subscriptions, generate_series(1, 2) AS number WHERE account_id = %(account_id)s
    """,
}
WRONG: dict[str, LiteralString] = {
    "an end without a final state": """
        UPDATE subscriptions SET ended_at = now() WHERE account_id = %(account_id)s
    """,
    "a period that ends before it begins": """
        UPDATE subscriptions SET period_end = period_start - interval '1 day' WHERE account_id = %(account_id)s
    """,
    "an upgrade without a quote": """
        INSERT INTO subscription_changes (change_id, subscription_id, account_id, kind, status, created_at, updated_at)
        SELECT subscription_id || 'q', subscription_id, account_id, 'upgrade', 'asked', now(), now()
          FROM subscriptions WHERE account_id = %(account_id)s
    """,
    "an active subscription that the processor does not know": """
        UPDATE subscriptions SET processor_subscription_id = NULL WHERE account_id = %(account_id)s
    """,
}


@pytest.fixture
def connection(bench: Bench) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(bench.database_url) as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def subscriber(member: Member) -> Member:
    assert member.subscription.subscribe(PRO, key="tables").status == 201
    return member


@pytest.fixture
def another(new_member: Callable[[], Member]) -> Member:
    member = new_member()
    assert member.subscription.subscribe(PRO, key="another").status == 201
    return member


@pytest.mark.parametrize("second", SECOND)
@pytest.mark.proves("A16.2", "A4.1")
def test_the_tables_refuse(
    connection: psycopg.Connection[tuple[object, ...]], subscriber: Member, another: Member, second: str
) -> None:
    assert another.account_id != subscriber.account_id
    with pytest.raises(errors.UniqueViolation):
        connection.execute(SECOND[second], {"account_id": subscriber.account_id})


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.proves("A16.2")
def test_the_tables_refuse_what_cannot_be(
    connection: psycopg.Connection[tuple[object, ...]], subscriber: Member, wrong: str
) -> None:
    with pytest.raises(errors.CheckViolation):
        connection.execute(WRONG[wrong], {"account_id": subscriber.account_id})
