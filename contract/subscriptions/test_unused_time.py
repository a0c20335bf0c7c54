"""What is left of a period is worth what was paid for it, whatever the plan costs by now."""

from typing import LiteralString

import psycopg
import pytest

from contract.subscriptions.life import Life
from contract.subscriptions.plans import ENTERPRISE_MONTH, PRO_MONTH

RETIRE: LiteralString = "UPDATE prices SET current = false WHERE price_id = %s"
DEARER: LiteralString = """
    INSERT INTO prices (price_id, item_id, amount, currency, current)
    SELECT 'prc_pro_month_dearer', item_id, 2 * amount, currency, true FROM prices WHERE price_id = %s
"""


@pytest.fixture
def dearer_now(life: Life) -> Life:
    """A subscriber whose plan costs twice as much for those who begin today."""
    life.subscribed(PRO_MONTH)
    with psycopg.connect(life.bench.database_url) as connection:
        connection.execute(RETIRE, [PRO_MONTH.price_id])
        connection.execute(DEARER, [PRO_MONTH.price_id])
    return life


@pytest.mark.proves("A4.2", "A4.4")
def test_unused_time_is_given_back_at_the_price_that_was_paid(dearer_now: Life) -> None:
    start, end = dearer_now.now().period_start, dearer_now.now().period_end
    assert start is not None
    assert end is not None
    dearer_now.pass_until(start + (end - start) / 2)

    credit = dearer_now.subscription.preview(ENTERPRISE_MONTH.price_id).value.lines[0].amount
    dearer_now.subscription.cancel(key="enough", at="now", refund=True)

    half = PRO_MONTH.amount / 2
    [returned] = dearer_now.record.returned()
    assert (abs(returned - half) <= 1, abs(-credit - half) <= 1) == (True, True), (returned, credit)
